"""Recurring jobs."""

from django.db import models


class ScheduledJob(models.Model):
    """The next due time of a job, for the installation (empty key) or for one community."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    # A job that runs outside a transaction is lent to one run of one worker until then.
    lent_to = models.UUIDField(null=True)
    lent_until = models.DateTimeField(null=True)
    last_due_at = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        """One row per job and key."""

        constraints = (models.UniqueConstraint(fields=("name", "key"), name="job_once"),)
        indexes = (models.Index(fields=("next_try_at",), name="job_next"),)

    def __str__(self) -> str:
        """Return name and key."""
        return f"{self.name} {self.key}".strip()
