"""What must hold in the market; plain Python."""
