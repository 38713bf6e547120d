"""A person's own pages: profile, settings, tokens, data."""
