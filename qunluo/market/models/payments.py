"""Payments, refunds, and what providers told about them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qunluo.market.models.orders import Order
from qunluo.market.models.shop import MerchantAccount


class Payment(models.Model):
    """One try to pay an order. `number` names it with the provider for ever.

    `counts` marks the one by which the order is paid; what comes by another goes back. `odd` is
    money that came otherwise than it was asked for, as `came` and `came_unit` tell: somebody has to
    look. `refunding` is how much of it was decided to go back.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        PAID = "paid", "paid"
        CLOSED = "closed", "closed"
        ODD = "odd", "odd"

    number = models.CharField(max_length=32, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=20)
    merchant = models.ForeignKey(
        MerchantAccount, models.PROTECT, null=True, blank=True, related_name="+"
    )
    unit = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    way = models.CharField(max_length=10, blank=True)
    value = models.TextField(blank=True)
    ref = models.CharField(max_length=80, blank=True)
    said = models.CharField(max_length=400, blank=True)
    came = models.BigIntegerField(null=True, blank=True)
    came_unit = models.CharField(max_length=20, blank=True)
    counts = models.BooleanField(default=False)
    refunding = models.BigIntegerField(default=0)
    refunds = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="a_payment_pays_something"),
            models.CheckConstraint(
                condition=Q(refunding__gte=0, refunding__lte=F("amount")),
                name="a_payment_goes_back_once",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(counts=True), name="an_order_is_paid_once"
            ),
            models.UniqueConstraint(
                fields=["provider", "merchant", "ref"],
                condition=~Q(ref=""),
                name="a_provider_pays_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], condition=Q(state="open"), name="payments_to_look_after"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class Refund(models.Model):
    """Money that goes back. `number` is made once and used each time it is tried."""

    class State(models.TextChoices):
        WANTED = "wanted", "wanted"
        SENT = "sent", "sent"
        BY_HAND = "by_hand", "by hand"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    number = models.CharField(max_length=40, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="back")
    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    settled = models.BigIntegerField(default=0)  # how much of it had become the community's own
    state = models.CharField(max_length=7, choices=State.choices, default=State.WANTED)
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ref = models.CharField(max_length=80, blank=True)
    said = models.CharField(max_length=400, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True, blank=True)
    wanted_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=1, settled__gte=0, settled__lte=F("amount")),
                name="a_refund_returns_something",
            )
        ]
        indexes = [
            models.Index(
                fields=["try_at"],
                condition=Q(state__in=["wanted", "sent"]),
                name="refunds_to_try",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class ProviderNotice(models.Model):
    """A call of a provider, kept as it came before anything is answered or done."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DONE = "done", "done"
        REFUSED = "refused", "refused"

    merchant = models.ForeignKey(MerchantAccount, models.PROTECT, related_name="notices")
    digest = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    query = models.JSONField(default=dict)
    body = models.BinaryField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    said = models.CharField(max_length=400, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    times = models.PositiveIntegerField(default=1)
    try_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "digest"], name="a_notice_is_kept_once")
        ]
        indexes = [
            models.Index(fields=["try_at"], condition=Q(state="waiting"), name="notices_to_handle")
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.state}"
