"""Views of the talk of a community, one module per part of it."""
