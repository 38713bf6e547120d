"""Reach: mail that leaves the house, retried until it does, and who never wants any."""
