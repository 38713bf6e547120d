"""Gift cards: bought by one, redeemed by whoever has the code, for store credit."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qunluo.market.models.orders import Order
from qunluo.market.models.products import Variant


class CardPlan(models.Model):
    """How many gift cards a shop sells: limits on what is `out`, in whole minor units.

    Out is what was ordered and neither redeemed nor given back; `most` of all, `most_each` of one
    buyer, without limit where none is said.
    """

    community = models.OneToOneField(
        "community.Community", models.PROTECT, related_name="card_plan"
    )
    most = models.BigIntegerField(null=True, blank=True)
    most_each = models.BigIntegerField(null=True, blank=True)
    out = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(out__gte=0), name="cards_out_are_not_below_none"),
            models.CheckConstraint(
                condition=(Q(most=None) | Q(most__gte=1))
                & (Q(most_each=None) | Q(most_each__gte=1)),
                name="some_card_may_be_sold",
            ),
        ]

    def __str__(self) -> str:
        return f"cards of {self.community_id}"


class CardCount(models.Model):
    """What one buyer's cards are worth that are out, for the limit of each person."""

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="+", db_index=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person"], name="one_count_of_cards_of_a_person"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="nobody_has_cards_below_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.person_id}"


class CardRange(models.Model):
    """A variant of which the buyer chooses the value, within bounds in whole minor units."""

    variant = models.OneToOneField(Variant, models.CASCADE, related_name="card_range")
    least = models.BigIntegerField()
    largest = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(least__gte=1, largest__gte=F("least")), name="a_card_has_some_value"
            )
        ]

    def __str__(self) -> str:
        return f"{self.least} to {self.largest}"


class GiftCard(models.Model):
    """One card. It waits for its order to be taken on; then it has a code, and no end.

    The code is found by its digest; `sealed` lets its buyer see it again, `tail` is its end.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ISSUED = "issued", "issued"
        REDEEMED = "redeemed", "redeemed"
        VOID = "void", "void"

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="+", db_index=False
    )
    uid = models.CharField(max_length=12, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="cards")
    value = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    digest = models.CharField(max_length=64, null=True, blank=True)
    sealed = models.TextField(blank=True)
    tail = models.CharField(max_length=4, blank=True)
    message = models.CharField(max_length=400, blank=True)
    mail = models.CharField(max_length=254, blank=True)  # of whoever it is for
    issued_at = models.DateTimeField(null=True, blank=True)
    redeemed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    redeemed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "digest"], name="a_card_code_is_of_one_card"
            ),
            models.CheckConstraint(condition=Q(value__gte=1), name="a_card_is_worth_something"),
            models.CheckConstraint(
                condition=Q(state="redeemed", redeemed_by__isnull=False)
                | ~Q(state="redeemed") & Q(redeemed_by=None),
                name="somebody_redeemed_it",
            ),
        ]
        indexes = [models.Index(fields=["community", "state", "-id"])]

    def __str__(self) -> str:
        return f"{self.value} {self.state}"
