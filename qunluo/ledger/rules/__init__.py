"""What the books allow; plain Python."""
