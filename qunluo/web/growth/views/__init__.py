"""Views of growth, one module per page or kind of page."""
