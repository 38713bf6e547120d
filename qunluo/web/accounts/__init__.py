"""The pages of django-allauth in our look."""
