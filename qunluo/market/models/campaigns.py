"""Campaigns: orders that wait for each other, and the places that people take in them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.market.models.orders import Order
from qunluo.market.models.products import Variant

LIVE = ["held", "paid"]


class Campaign(models.Model):
    """A sale with an end, by the rules of its kind (definitions/campaigns.toml).

    `threshold` is counted in what `threshold_kind` says, `size` and `window` (minutes) are those of
    a team, `most` is how many one person may have in all. A member who leads it is its `host`;
    what a member may start is `offered` first by who runs the shop. `last_number` numbers entries
    and teams; a number is never given twice.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "offered"
        PROPOSED = "proposed", "proposed"
        DECLINED = "declined", "declined"
        OPEN = "open", "open"
        CLOSED = "closed", "closed"
        FAILED = "failed", "failed"

    class Threshold(models.TextChoices):
        UNITS = "units", "units"
        AMOUNT = "amount", "amount"
        BUYERS = "buyers", "buyers"

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="campaigns", db_index=False
    )
    uid = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=State.choices)
    title = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    size = models.PositiveSmallIntegerField(null=True, blank=True)
    window = models.PositiveIntegerField(null=True, blank=True)
    threshold_kind = models.CharField(max_length=6, choices=Threshold.choices, blank=True)
    threshold = models.BigIntegerField(default=0)
    lowered_from = models.BigIntegerField(null=True, blank=True)
    lower_reason = models.CharField(max_length=400, blank=True)
    most = models.PositiveIntegerField(null=True, blank=True)
    options = models.JSONField(default=list, blank=True)
    masked = models.BooleanField(default=False)
    ships_on = models.DateField(null=True, blank=True)
    last_number = models.PositiveIntegerField(default=0)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    offer = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="hosted")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    sold_out_at = models.DateTimeField(null=True, blank=True)
    snapshot = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="a_campaign_has_time"
            ),
            models.CheckConstraint(
                condition=Q(size=None) | Q(size__gte=2), name="a_team_is_two_at_least"
            ),
            models.CheckConstraint(condition=Q(threshold__gte=0), name="a_threshold_can_be_met"),
        ]
        indexes = [
            models.Index(fields=["community", "state", "-id"]),
            models.Index(fields=["ends_at"], condition=Q(state="open"), name="campaigns_that_end"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.state}"


class CampaignItem(models.Model):
    """What a campaign sells of one variant, at its own price.

    `steps` are lower prices from a number of units on, as [units, price]: everybody pays `price`
    first and gets the difference back at the end. `own` is how many were set aside for it, None
    where it takes from the shop; `case` is how many come in one case.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="items")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    price = models.BigIntegerField()
    steps = models.JSONField(default=list, blank=True)
    own = models.PositiveIntegerField(null=True, blank=True)
    case = models.PositiveIntegerField(default=1)
    closed_price = models.BigIntegerField(null=True, blank=True)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "variant"], name="one_price_in_a_campaign"),
            models.CheckConstraint(
                condition=Q(price__gte=0, case__gte=1), name="an_item_has_a_price"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} at {self.price}"


class Batch(models.Model):
    """So many of a drop, for sale from a moment on that everybody knew."""

    item = models.ForeignKey(CampaignItem, models.CASCADE, related_name="batches")
    opens_at = models.DateTimeField()
    amount = models.PositiveIntegerField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="a_batch_holds_something")
        ]

    def __str__(self) -> str:
        return f"{self.amount} from {self.opens_at:%Y-%m-%d %H:%M}"


class Team(models.Model):
    """So many who buy together. It exists once its leader has paid, and ends in one of two ways."""

    class State(models.TextChoices):
        FORMING = "forming", "forming"
        FORMED = "formed", "formed"
        FAILED = "failed", "failed"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="teams")
    uid = models.CharField(max_length=12, unique=True)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.FORMING)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    size = models.PositiveSmallIntegerField()
    lowered_from = models.PositiveSmallIntegerField(null=True, blank=True)
    lower_reason = models.CharField(max_length=400, blank=True)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_team_of_a_number"),
            models.CheckConstraint(condition=Q(size__gte=2), name="nobody_is_a_team"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="forming"), name="teams_that_end")
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"


class Seat(models.Model):
    """A place in a team: held with an order, paid with its payment, or given up."""

    class State(models.TextChoices):
        HELD = "held", "held"
        PAID = "paid", "paid"
        OUT = "out", "given up"

    team = models.ForeignKey(Team, models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="seats")
    state = models.CharField(max_length=4, choices=State.choices)
    until = models.DateTimeField()
    taken_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "number"], condition=Q(state__in=LIVE), name="a_seat_is_taken_once"
            ),
            models.UniqueConstraint(
                fields=["team", "person"], condition=Q(state__in=LIVE), name="one_seat_of_a_member"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="seats_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class Entry(models.Model):
    """A numbered line in a campaign without teams: waiting, held, paid, or given up.

    One that waits keeps what it asked for in `wish`, and moves up in the order of numbers.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        HELD = "held", "held"
        PAID = "paid", "paid"
        OUT = "out", "given up"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices)
    key = models.CharField(max_length=80)
    wish = models.JSONField(default=dict, blank=True)
    said = models.CharField(max_length=400, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_entry_of_a_number"),
            models.UniqueConstraint(
                fields=["campaign", "person"],
                condition=Q(state__in=["waiting", *LIVE]),
                name="one_entry_of_a_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "number"], condition=Q(state="waiting"), name="who_waits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class CampaignCount(models.Model):
    """How many units a person has in a campaign, for its limit; the database decides."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    amount = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "person"], name="one_count_in_a_campaign"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="no_less_than_none"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} in {self.campaign_id}"
