"""Orders: what was promised to whom, for how much, and how far it has come."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qunluo.market.models.products import Product, Stock, Variant
from qunluo.market.models.shop import PickupPoint


class Order(models.Model):
    """What somebody buys at once from one community.

    States move forward only, each by a conditional update, and each is an event. Amounts are whole
    minor units of `currency`, paid in `unit`; `refunded` is what was decided to go back, `escrow`
    what was paid and has neither become the community's own nor been decided to go back.
    """

    class State(models.TextChoices):
        PLACED = "placed", "placed"
        PAID = "paid", "paid"
        CONFIRMED = "confirmed", "confirmed"
        FULFILLED = "fulfilled", "fulfilled"
        RECEIVED = "received", "received"
        SETTLED = "settled", "settled"
        CANCELLED = "cancelled", "cancelled"
        EXPIRED = "expired", "expired"
        REFUNDED = "refunded", "refunded"

    class Method(models.TextChoices):
        SHIP = "ship", "ship"
        PICKUP = "pickup", "pickup"
        VIRTUAL = "virtual", "virtual"

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="orders", db_index=False
    )
    uid = models.CharField(max_length=12, unique=True)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLACED)
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    goods = models.BigIntegerField()
    delivery = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)  # that a coupon takes off
    total = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    escrow = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=20, blank=True)  # in which it was paid
    member = models.BooleanField()  # bought as one
    method = models.CharField(max_length=7, choices=Method.choices)
    address = models.JSONField(default=dict, blank=True)
    point = models.ForeignKey(PickupPoint, models.PROTECT, null=True, blank=True, related_name="+")
    carrier = models.CharField(max_length=40, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    pickup_code = models.CharField(max_length=8, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True)
    source_type = models.CharField(max_length=20, blank=True)  # the content it came from
    source_id = models.CharField(max_length=64, blank=True)
    gives = models.CharField(max_length=8, blank=True)  # a kind of product with rules of its own
    campaign = models.ForeignKey(
        "market.Campaign", models.PROTECT, null=True, blank=True, related_name="orders"
    )
    team = models.ForeignKey(
        "market.Team", models.PROTECT, null=True, blank=True, related_name="orders"
    )
    entry = models.ForeignKey(
        "market.Entry", models.PROTECT, null=True, blank=True, related_name="orders"
    )
    waits = models.BooleanField(default=False)  # once paid, for its campaign to succeed
    options = models.JSONField(default=dict, blank=True)
    rebate = models.BigIntegerField(null=True, blank=True)  # what came back when it closed
    restocked = models.BooleanField(default=False)  # what was sent came back and is on sale again
    end_reason = models.CharField(max_length=400, blank=True)
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    receive_by = models.DateTimeField(null=True, blank=True)
    settle_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["buyer", "key"], name="a_key_orders_once"),
            models.CheckConstraint(
                condition=Q(
                    goods__gte=0,
                    delivery__gte=0,
                    discount__gte=0,
                    total__gte=0,
                    total=F("goods") + F("delivery") - F("discount"),
                ),  # fmt: skip
                name="a_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, escrow__gte=0, total__gte=F("refunded")),
                name="no_more_goes_back_than_came",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "-id"]),
            models.Index(fields=["buyer", "community", "-id"]),
            models.Index(
                fields=["expires_at"], condition=Q(state="placed"), name="orders_that_expire"
            ),
            models.Index(
                fields=["campaign"],
                condition=Q(state="paid", waits=True),
                name="orders_that_wait",
            ),
            models.Index(
                fields=["receive_by"], condition=Q(state="fulfilled"), name="orders_under_way"
            ),
            models.Index(
                fields=["settle_at"], condition=Q(state="received"), name="orders_to_settle"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"


class OrderLine(models.Model):
    """So many of one variant, at the price and under the name of that moment.

    `discount` is its share of what a coupon took off, so `paid` is what really came for it.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="lines", db_index=False)
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", db_index=False)
    stock = models.ForeignKey(Stock, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=80)
    variant_name = models.CharField(max_length=60, blank=True)
    price = models.BigIntegerField()
    quantity = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    royalty = models.BigIntegerField(default=0)  # of it, for whose symbol it carries: M21
    royalty_to = models.CharField(max_length=80, blank=True)
    symbol = models.CharField(max_length=80, blank=True)  # where a royalty is due for it
    returnable = models.BooleanField(default=True)
    no_return = models.CharField(max_length=200, blank=True)  # why not, as its buyer confirmed
    limited = models.BooleanField(default=False)
    tolerance = models.PositiveIntegerField(default=0)  # of it, what only helps to fill a case
    allotted = models.PositiveIntegerField(null=True, blank=True)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, price__gte=0, amount=F("price") * F("quantity")),
                name="a_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("amount")),
                name="no_more_comes_off_a_line_than_it_costs",
            ),
        ]
        indexes = [models.Index(fields=["product", "-id"])]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def delivered(self) -> int:
        """Return how many of them its buyer gets: of a case, only what was allotted."""
        return self.quantity if self.allotted is None else min(self.quantity, self.allotted)

    @property
    def paid(self) -> int:
        """Return what was really asked for it."""
        return self.amount - self.discount
