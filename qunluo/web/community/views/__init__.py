"""Views of a community, one module per part of it."""
