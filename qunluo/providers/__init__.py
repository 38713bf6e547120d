"""Adapters to the world outside the house."""
