"""Views of the books."""
