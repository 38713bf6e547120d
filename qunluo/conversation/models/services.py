"""Requests for services: one row for each time somebody asks somebody."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.kernel.ids import uuid7

OPEN = ["requested", "accepted", "delivered", "disputed"]


class ServiceRequest(models.Model):
    """A member asks for the service of a thread; definitions/services.toml says how it goes on.

    `price` is in points, as it was when they asked; `hold` is what is set aside of the asker's for
    it. `turn` is who has to act next, and at `due_at` silence decides: both empty once it is over.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "requested"
        ACCEPTED = "accepted", "accepted"
        DELIVERED = "delivered", "delivered"
        DISPUTED = "disputed", "disputed"
        DONE = "done", "done"
        DECLINED = "declined", "declined"
        WITHDRAWN = "withdrawn", "withdrawn"
        RETURNED = "returned", "returned"
        LAPSED = "lapsed", "lapsed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(
        "conversation.Thread", models.CASCADE, related_name="requests", db_index=False
    )
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    provider = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    price = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State.choices, default=State.REQUESTED)
    step = models.CharField(max_length=20)  # by which it came there
    hold = models.OneToOneField(
        "ledger.Hold", models.PROTECT, null=True, blank=True, related_name="+"
    )
    turn = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    requested_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "asker"],
                condition=Q(state__in=OPEN),
                name="one_open_request_for_a_service",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, due_at__isnull=False, turn__isnull=False)
                | ~Q(state__in=OPEN) & Q(due_at=None, turn=None),
                name="an_open_request_waits_for_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "-id"], name="requests_of_service"),
            models.Index(
                fields=["turn"], condition=Q(turn__isnull=False), name="requests_that_wait"
            ),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="requests_that_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} of {self.provider_id} ({self.state})"
