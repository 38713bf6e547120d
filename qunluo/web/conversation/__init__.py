"""The pages where people talk: spaces, threads, writing and reading on."""
