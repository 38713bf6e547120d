"""What is said to the live processes on SQLite."""

from django.db import models


class Whisper(models.Model):
    """One word for whoever listens now; PostgreSQL carries it without this table."""

    word = models.TextField()

    class Meta:
        """Nothing special."""

    def __str__(self) -> str:
        """Return the word."""
        return self.word
