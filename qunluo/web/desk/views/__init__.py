"""Views of the operator's desk, one module per part of it."""
