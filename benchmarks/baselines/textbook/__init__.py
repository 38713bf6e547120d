"""The pages as a competent textbook writes them: Django with its defaults."""
