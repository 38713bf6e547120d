"""Sign-in: how allauth and the providers of identity meet our people."""
