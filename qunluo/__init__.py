"""Qunluo (群落): a self-hosted platform for the community economy."""
