"""The pages for people who write programs; their views live in the API, which they document."""
