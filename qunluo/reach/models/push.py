"""Devices that want to be told, and what is on its way to them."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Device(models.Model):
    """A browser that a person let us tell: where its push service is, and the keys it gave."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices")
    endpoint = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    name = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} of {self.person_id}"


class Push(models.Model):
    """One notice on its way to one device; gone once it has arrived or was given up."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="+")
    notice = models.ForeignKey("reach.Notice", models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "pushes"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["device", "notice"], name="one_push_of_a_notice")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} to {self.device_id}"
