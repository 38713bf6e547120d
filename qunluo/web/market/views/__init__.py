"""The views of the market."""
