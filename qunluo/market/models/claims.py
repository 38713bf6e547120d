"""What buyers claim after they bought: returns, complaints, and those that many have in common."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.market.models.orders import Order, OrderLine
from qunluo.market.models.payments import Refund
from qunluo.market.models.products import Product
from qunluo.market.rules.claims import LIVE


class GroupComplaint(models.Model):
    """Similar complaints of many buyers about one product, answered in public.

    From its opening on the product is not sold until it is answered. `since` is the moment from
    which orders of the product are affected. What is told here stays for good.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        ANSWERED = "answered", "answered"

    class Remedy(models.TextChoices):
        NONE = "none", "none"
        PART = "part", "part"
        WHOLE = "whole", "whole"
        REPLACEMENT = "replacement", "replacement"

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="+")
    uid = models.CharField(max_length=12, unique=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="complaints")
    title = models.CharField(max_length=80)  # of the product, at that moment
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    overdue_at = models.DateTimeField(null=True, blank=True)  # told that it is
    answer = models.TextField(blank=True)
    remedy = models.CharField(max_length=11, choices=Remedy.choices, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind"],
                condition=Q(state="open"),
                name="one_open_group_of_a_kind",
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="a_remedy_is_at_most_whole"),
        ]
        indexes = [models.Index(fields=["community", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"


class Claim(models.Model):
    """A return or a complaint of a buyer. States move by conditional updates; time moves them too.

    `due_at` is when the state turns by itself. `offer` and `paid` are whole minor units of the
    order's currency. While it lives, the money of the order stays in escrow.
    """

    class Sort(models.TextChoices):
        RETURN = "return", "return"
        COMPLAINT = "complaint", "complaint"

    class State(models.TextChoices):
        OPEN = "open", "open"
        OFFERED = "offered", "offered"
        ACCEPTED = "accepted", "accepted"
        SENT = "sent", "sent"
        DECLINED = "declined", "declined"
        DISPUTED = "disputed", "disputed"
        DONE = "done", "done"
        WITHDRAWN = "withdrawn", "withdrawn"
        LAPSED = "lapsed", "lapsed"

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="+", db_index=False
    )
    uid = models.CharField(max_length=12, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="claims", db_index=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sort = models.CharField(max_length=9, choices=Sort.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField(null=True, blank=True)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=20, blank=True)
    words = models.TextField()
    wants = models.CharField(max_length=12, blank=True)
    wanted = models.BigIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    offer = models.BigIntegerField(default=0)
    replaces = models.BooleanField(default=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    carrier = models.CharField(max_length=40, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    dispute = models.TextField(blank=True)  # why the buyer does not agree
    disputed_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    paid = models.BigIntegerField(default=0)
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="claims")
    restocked = models.BooleanField(default=False)
    group = models.ForeignKey(
        GroupComplaint, models.PROTECT, null=True, blank=True, related_name="claims"
    )
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "product"],
                condition=Q(sort="complaint", state__in=LIVE),
                name="one_live_complaint_about_a_thing",
            ),
            models.CheckConstraint(
                condition=Q(offer__gte=0, paid__gte=0), name="a_claim_costs_nothing_or_more"
            ),
            models.CheckConstraint(
                condition=Q(sort="return", product=None)
                | Q(sort="complaint", product__isnull=False),
                name="a_complaint_names_a_product",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "-id"]),
            models.Index(fields=["community", "state", "-id"]),
            models.Index(fields=["due_at"], condition=Q(state__in=LIVE), name="claims_that_turn"),
            models.Index(
                fields=["product", "kind"],
                condition=Q(sort="complaint", state__in=LIVE),
                name="claims_alike",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"


class ClaimLine(models.Model):
    """So many of a line that are to go back."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returns")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "line"], name="a_line_returns_once_in_a_claim"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="something_goes_back"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"


class ClaimPicture(models.Model):
    """A picture beside a claim, for its buyer and for who looks after it."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="pictures")
    alt = models.CharField(max_length=200, blank=True)  # what it shows
    key = models.CharField(max_length=80)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key


class Remedy(models.Model):
    """What one affected order gets after a group complaint was answered; given one by one."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DONE = "done", "done"

    group = models.ForeignKey(GroupComplaint, models.PROTECT, related_name="given", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="remedies")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    amount = models.BigIntegerField(default=0)
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "order"], name="one_remedy_for_an_order"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="a_remedy_takes_nothing"),
        ]
        indexes = [
            models.Index(fields=["try_at"], condition=Q(state="waiting"), name="remedies_to_give")
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"
