"""What is set aside on an account until it is taken or let go."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qunluo.kernel.ids import uuid7
from qunluo.ledger.models.accounts import Account
from qunluo.ledger.models.books import LARGEST, Transfer


class Hold(models.Model):
    """The first phase of a transfer in two: held, then captured or released, once.

    A hold whose time is over binds nothing, whether or not somebody has released it. `capture` is
    the transfer that took it, named before that is written; `captured` is how much of it.
    """

    class State(models.TextChoices):
        HELD = "held", "held"
        CAPTURED = "captured", "captured"
        RELEASED = "released", "released"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="holds", db_index=False
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="holds", db_index=False)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    cause_type = models.CharField(max_length=20, blank=True)
    cause_id = models.CharField(max_length=64, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    capture = models.OneToOneField(
        Transfer, models.PROTECT, null=True, blank=True, related_name="hold"
    )
    captured = models.BigIntegerField(default=0)
    # Let go for its time alone: a payment that comes late may still be honoured, once.
    lapsed = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="a_key_holds_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=LARGEST), name="a_hold_holds_something"
            ),
            models.CheckConstraint(
                condition=Q(state="held", resolved_at=None, capture=None, captured=0)
                | Q(state="released", resolved_at__isnull=False, capture=None, captured=0)
                | Q(state="captured", resolved_at__isnull=False, capture__isnull=False)
                & Q(captured__gte=1, captured__lte=F("amount")),
                name="a_hold_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(lapsed=False)
                | Q(state="released", expires_at__isnull=False, resolved_at__gte=F("expires_at")),
                name="what_lapsed_was_let_go",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "expires_at"],
                include=["amount"],
                condition=Q(state="held"),
                name="ledger_open_holds",
            ),
            models.Index(
                fields=["community", "cause_type", "cause_id"],
                condition=~Q(cause_type=""),
                name="ledger_hold_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.amount}"
