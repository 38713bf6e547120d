"""Counters and keys that every process shares through the database."""

from django.db import models


class RateBucket(models.Model):
    """One rate limit of one caller; the key is a digest, so no address is stored."""

    key = models.CharField(max_length=32, primary_key=True)
    # Microseconds since 1970 at which the bucket is empty again.
    empty_at = models.BigIntegerField(db_index=True)

    class Meta:
        """Nothing special."""

    def __str__(self) -> str:
        """Return the key."""
        return self.key


class OnceKey(models.Model):
    """The stored answer to a request that may be sent again."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    response = models.JSONField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """One row per scope and key."""

        constraints = (models.UniqueConstraint(fields=("scope", "key"), name="once_key"),)

    def __str__(self) -> str:
        """Return scope and key."""
        return f"{self.scope} {self.key}"
