"""Shares of a harvest: seasons, their deliveries and depots, contracts, and every promised box."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qunluo.market.models.orders import Order
from qunluo.market.models.products import Product, Variant
from qunluo.market.models.shop import PickupPoint


class ShareSeason(models.Model):
    """Deliveries from a first to a last day, on some weekdays (0 is Monday), of one product.

    A delivery begins at `starts` by the community's clock and can be changed until `cutoff_hours`
    before that. `instalments` are the numbers of parts in which it may be paid. Holders of the
    season before it (`after`) may renew from `holders_at` on, who waited there from `waiting_at`
    on, and everybody from `opens_at` on. What is skipped goes to the pool or comes back as store
    credit (`skip_gives`); `refunds` tells whether who ends early gets back what was not delivered.
    """

    class SkipGives(models.TextChoices):
        POOL = "pool", "pool"
        CREDIT = "credit", "store credit"

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="+")
    uid = models.CharField(max_length=12, unique=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    after = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    risk = models.TextField()
    first = models.DateField()
    last = models.DateField()
    weekdays = models.JSONField()
    starts = models.TimeField()
    cutoff_hours = models.PositiveSmallIntegerField()
    absences = models.PositiveSmallIntegerField(default=0)
    skip_gives = models.CharField(max_length=6, choices=SkipGives.choices, default=SkipGives.POOL)
    refunds = models.BooleanField(default=False)
    instalments = models.JSONField()
    lead_days = models.PositiveSmallIntegerField(default=7)  # due so long before what it covers
    grace_days = models.PositiveSmallIntegerField(default=7)
    claim_hours = models.PositiveSmallIntegerField(default=48)  # who moves up has so long to pay
    tag = models.CharField(max_length=40, blank=True)  # posts that carry it are the farm's diary
    terms = models.PositiveIntegerField(default=1)  # one more with each change of its terms
    holders_at = models.DateTimeField()
    waiting_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    told_holders_at = models.DateTimeField(null=True, blank=True)
    told_waiting_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # takes in nobody new
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="a_season_has_days"),
            models.CheckConstraint(
                condition=Q(holders_at__lte=F("waiting_at"), waiting_at__lte=F("opens_at")),
                name="holders_come_first",
            ),
        ]
        indexes = [models.Index(fields=["community", "-last"])]

    def __str__(self) -> str:
        return self.title


class ShareDelivery(models.Model):
    """One delivery day: `contents` is what is in the box, as {name, amount}.

    `shortfall` tells why there is less than hoped for; it stays, for subscribers to read.
    """

    season = models.ForeignKey(ShareSeason, models.CASCADE, related_name="deliveries")
    day = models.DateField()
    cut_off_at = models.DateTimeField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # the end of the day on which it can be fetched
    contents = models.JSONField(default=list, blank=True)
    note = models.CharField(max_length=400, blank=True)
    picture = models.CharField(max_length=80, blank=True)
    picture_alt = models.CharField(max_length=200, blank=True)
    picture_width = models.PositiveIntegerField(default=0)
    picture_height = models.PositiveIntegerField(default=0)
    shortfall = models.CharField(max_length=400, blank=True)
    shortfall_at = models.DateTimeField(null=True, blank=True)
    missing = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["season", "day"], name="one_delivery_on_a_day"),
            models.CheckConstraint(
                condition=Q(cut_off_at__lte=F("begins_at"), begins_at__lt=F("ends_at")),
                name="a_delivery_takes_its_course",
            ),
        ]
        indexes = [models.Index(fields=["ends_at"])]

    def __str__(self) -> str:
        return f"{self.day}"


class Depot(models.Model):
    """A pick-up point of a season, and how many boxes it takes on one day."""

    season = models.ForeignKey(ShareSeason, models.CASCADE, related_name="depots")
    point = models.ForeignKey(PickupPoint, models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["season", "point"], name="one_depot_at_a_point")
        ]

    def __str__(self) -> str:
        return f"{self.point_id} takes {self.capacity}"


class DepotDay(models.Model):
    """How many more boxes a depot takes on a day; the database decides who gets the last place."""

    depot = models.ForeignKey(Depot, models.CASCADE, related_name="days", db_index=False)
    delivery = models.ForeignKey(ShareDelivery, models.CASCADE, related_name="depot_days")
    free = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["depot", "delivery"], name="one_depot_on_a_day"),
            models.CheckConstraint(condition=Q(free__gte=0), name="a_depot_is_never_overfilled"),
        ]

    def __str__(self) -> str:
        return f"{self.free} free"


class ShareContract(models.Model):
    """What a subscriber and the farm agreed on: copied when it was asked for, changed by consent.

    Amounts are whole minor units; `price` is for the `boxes` that were still to come. Waiting ones
    move up in the order of their ids, once their depot has a place on each remaining day.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ASKED = "asked", "asked"
        ACTIVE = "active", "active"
        ENDED = "ended", "ended"
        CANCELLED = "cancelled", "cancelled"

    season = models.ForeignKey(ShareSeason, models.PROTECT, related_name="contracts")
    uid = models.CharField(max_length=12, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    depot = models.ForeignKey(Depot, models.PROTECT, related_name="contracts")
    state = models.CharField(max_length=9, choices=State.choices)
    size = models.CharField(max_length=60, blank=True)  # the variant's name when it was agreed on
    currency = models.CharField(max_length=3)
    season_price = models.BigIntegerField()  # of the whole season, as it was asked for
    price = models.BigIntegerField(default=0)
    boxes = models.PositiveSmallIntegerField(default=0)
    parts = models.PositiveSmallIntegerField()
    absences = models.PositiveSmallIntegerField()
    skip_gives = models.CharField(
        max_length=6, choices=ShareSeason.SkipGives.choices, default=ShareSeason.SkipGives.POOL
    )
    refunds = models.BooleanField(default=False)
    skipped = models.PositiveSmallIntegerField(default=0)
    risk = models.TextField()
    signed = models.CharField(max_length=60)
    agreed_at = models.DateTimeField()
    key = models.CharField(max_length=80)
    code = models.CharField(max_length=8)
    member = models.BooleanField()
    end_reason = models.CharField(max_length=400, blank=True)
    active_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["season", "person"],
                condition=Q(state__in=["waiting", "asked", "active"]),
                name="one_share_of_a_person",
            ),
            models.UniqueConstraint(fields=["person", "key"], name="a_key_asks_for_one_share"),
            models.UniqueConstraint(fields=["season", "code"], name="a_code_opens_one_share"),
            models.CheckConstraint(
                condition=Q(skipped__lte=F("absences")), name="absences_stay_within_their_quota"
            ),
        ]
        indexes = [models.Index(fields=["depot", "id"], condition=Q(state="waiting"),
                                name="who_waits_for_a_share")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"


class Entitlement(models.Model):
    """One box of a contract: promised for `delivery`, handed out with `handed`, at `depot`.

    The two differ once it was moved. Exactly one for each delivery and contract.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        SKIPPED = "skipped", "skipped"
        MOVED = "moved", "moved"
        PACKED = "packed", "packed"
        PICKED = "picked", "picked up"
        MISSED = "missed", "missed"
        CANCELLED = "cancelled", "cancelled"

    contract = models.ForeignKey(ShareContract, models.CASCADE, related_name="boxes_of")
    delivery = models.ForeignKey(ShareDelivery, models.PROTECT, related_name="+")
    handed = models.ForeignKey(ShareDelivery, models.PROTECT, related_name="handed_out")
    depot = models.ForeignKey(Depot, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    credited = models.BigIntegerField(default=0)  # store credit that was given for skipping it
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "delivery"], name="one_box_of_a_delivery")
        ]
        indexes = [models.Index(fields=["handed", "depot", "state"])]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.state}"


class PriceRise(models.Model):
    """A higher price for the boxes still to come, for those who agree to it; silence is a no."""

    season = models.ForeignKey(ShareSeason, models.CASCADE, related_name="rises")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    for_box = models.BigIntegerField()  # more for each box still to come, in whole minor units
    reason = models.CharField(max_length=400)
    answer_by = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(for_box__gte=1), name="a_rise_is_more")]

    def __str__(self) -> str:
        return f"{self.for_box} more for each box"


class RiseAnswer(models.Model):
    """What a subscriber says to a rise; asked past its time is a no."""

    class State(models.TextChoices):
        ASKED = "asked", "asked"
        ACCEPTED = "accepted", "accepted"
        DECLINED = "declined", "declined"

    rise = models.ForeignKey(PriceRise, models.CASCADE, related_name="answers")
    contract = models.ForeignKey(ShareContract, models.CASCADE, related_name="rise_answers")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rise", "contract"], name="one_answer_to_a_rise")
        ]

    def __str__(self) -> str:
        return self.state


class Instalment(models.Model):
    """A part of the price of a contract, and the boxes that it covers: `first` to `last`.

    It is an order of its own once it is due; an order that ended unpaid stays here until another
    takes its place (`tries` numbers them). Not paid by `grace_until`, nothing more is packed; the
    difference of a rise has no such time.
    """

    contract = models.ForeignKey(ShareContract, models.CASCADE, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    boxes = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    grace_until = models.DateTimeField(null=True, blank=True)
    first = models.ForeignKey(ShareDelivery, models.PROTECT, related_name="+")
    last = models.ForeignKey(ShareDelivery, models.PROTECT, related_name="+")
    rise = models.ForeignKey(PriceRise, models.PROTECT, null=True, blank=True, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    paid_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # that nothing more is packed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "number"], name="one_instalment_of_a_number"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="an_instalment_adds"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(order=None), name="instalments_that_fall_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.amount}"
