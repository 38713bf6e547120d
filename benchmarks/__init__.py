"""Speed and memory, measured against plain scripts that do the same work."""
