"""Views of founding, one module per stretch of the way."""
