"""What is always true in a community, in plain Python."""
