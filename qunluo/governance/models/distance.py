"""Keeping away from each other."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Distance(models.Model):
    """One person keeps away from another, everywhere: a mute is silent, a block holds both ways."""

    class Kind(models.TextChoices):
        MUTE = "mute", "mute"
        BLOCK = "block", "block"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "other"], name="one_distance_between_two"),
            models.CheckConstraint(condition=~Q(person=F("other")), name="no_distance_to_oneself"),
        ]
        indexes = [models.Index(fields=["other", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} of {self.other_id} by {self.person_id}"
