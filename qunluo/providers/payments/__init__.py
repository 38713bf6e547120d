"""Who takes in money: each folder here is a provider, see market/ports.py."""
