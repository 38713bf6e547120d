"""Mail on its way, and who never wants any."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from qunluo.kernel.clock import now


class Delivery(models.Model):
    """One mail to one address, tried until it leaves or is given up.

    `community_id` is a number and no key: communities are built above this room. The context is
    emptied once the mail has left, because it may hold a sign-in code.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        SUPPRESSED = "suppressed", "suppressed"

    to = models.EmailField()
    template = models.CharField(max_length=80)
    context = models.JSONField(default=dict)
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    community_id = models.BigIntegerField(null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(fields=["community_id", "state", "-id"], name="delivery_of_community"),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.to} ({self.state})"


class Suppression(models.Model):
    """An address that never wants unasked mail again, from one community or (0) from any.

    Only a digest is kept, so the wish outlives an erased account without naming anybody.
    """

    EVERYWHERE: ClassVar[int] = 0

    digest = models.CharField(max_length=64)
    community_id = models.BigIntegerField(default=EVERYWHERE)
    source = models.CharField(max_length=40)
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["digest", "community_id"], name="suppression_once_per_community"
            )
        ]

    def __str__(self) -> str:
        return f"{self.digest[:12]}… in {self.community_id or 'every community'}"


class MailboxMark(models.Model):
    """How far a mailbox was read: every letter up to `uid` is done with, while `validity` holds.

    `box` is a digest of where the mailbox is. `stuck` counts how often the letter after the mark
    could not be taken. Up to `unread_to`, where the mailbox ended when it was first looked at, only
    what nobody has read is taken. Until `lent_until` somebody reads it.
    """

    box = models.CharField(max_length=64, unique=True)
    validity = models.BigIntegerField(default=0)
    uid = models.BigIntegerField(default=0)
    unread_to = models.BigIntegerField(default=0)
    stuck = models.PositiveSmallIntegerField(default=0)
    fails = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField()
    lent_until = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.box[:8]} up to {self.uid}"
