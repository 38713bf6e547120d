"""Transfers and their postings: written once, balanced, never changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.kernel.ids import uuid7
from qunluo.ledger.models.accounts import Account

LARGEST = 2**53 - 1  # what JSON and spreadsheets still count exactly


class Transfer(models.Model):
    """What moved at once, and why. The row is the seal of its postings.

    Postings are written first, under the id of the transfer to come; when its row is written, the
    database counts and adds them up, moves the balances and from then on lets nobody add one. A
    posting without a transfer is refused at commit. `cause` is the thing it is about, which the
    ledger knows only by type and id.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The seal proves that its accounts are this community's; a key on top would only make every
    # transfer wait at the community's row.
    community = models.ForeignKey(
        "community.Community",
        models.PROTECT,
        related_name="transfers",
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    cause_type = models.CharField(max_length=20, blank=True)
    cause_id = models.CharField(max_length=64, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    memo = models.CharField(max_length=400, blank=True)
    occurred_at = models.DateTimeField()
    at = models.DateTimeField()
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        db_index=False,
    )
    number = models.PositiveSmallIntegerField(null=True)  # of the correction, from 1

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="a_key_moves_once"),
            models.UniqueConstraint(
                fields=["corrects", "number"],
                condition=Q(corrects__isnull=False),
                name="corrections_follow_each_other",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, number__isnull=True)
                | Q(corrects__isnull=False, number__gte=1),
                name="a_correction_is_numbered",
            ),
            models.CheckConstraint(condition=~Q(key=""), name="a_transfer_has_a_key"),
        ]
        indexes = [
            models.Index(fields=["community", "-id"]),
            models.Index(
                fields=["community", "cause_type", "cause_id"],
                condition=~Q(cause_type=""),
                name="ledger_transfer_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Posting(models.Model):
    """One leg of a transfer: what came to an account (more than 0) or went from it (less)."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="postings")
    # That the account exists the seal proves, too.
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="postings", db_index=False, db_constraint=False
    )
    amount = models.BigIntegerField()
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0) & Q(amount__gte=-LARGEST, amount__lte=LARGEST),
                name="a_posting_moves_something",
            )
        ]
        # Statements and balances read nothing but this index.
        indexes = [models.Index(fields=["account", "id", "amount"], name="ledger_statement")]

    def __str__(self) -> str:
        return f"{self.amount:+} on {self.account_id}"
