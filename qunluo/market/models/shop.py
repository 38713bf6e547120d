"""The shop of a community: to whom it sells, how it is paid, and how things reach their buyers."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Shop(models.Model):
    """What holds for everything that a community sells.

    `audience` follows the closure of the charter: members, everyone, or dealers (then there is no
    cart). Trust comes first: the shop sells once its trust line is met, by what it declared
    (`trust_members` who have stayed for `trust_days`, `trust_pairs` who answer each other),
    or because somebody opened it all the same, with a reason that everybody reads.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", "preparing"
        OPEN = "open", "open"
        PAUSED = "paused", "paused"

    class Audience(models.TextChoices):
        MEMBERS = "members", "members"
        EVERYONE = "everyone", "everyone"
        DEALERS = "dealers", "dealers"

    community = models.OneToOneField("community.Community", models.PROTECT, related_name="shop")
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PREPARING)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    about = models.TextField(blank=True)
    contact = models.CharField(max_length=200, blank=True)
    pay_minutes = models.PositiveSmallIntegerField(default=30)
    receive_days = models.PositiveSmallIntegerField(default=10)
    return_days = models.PositiveSmallIntegerField(default=7)
    confirms = models.BooleanField(default=False)  # somebody looks at each order before it counts
    group_from = models.PositiveSmallIntegerField(default=3)  # so many alike are a group complaint
    answer_days = models.PositiveSmallIntegerField(default=7)  # to answer it in public
    trust_members = models.PositiveSmallIntegerField(default=5)
    trust_days = models.PositiveSmallIntegerField(default=7)
    trust_pairs = models.PositiveSmallIntegerField(default=10)
    trust_met_at = models.DateTimeField(null=True, blank=True)
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    overridden_at = models.DateTimeField(null=True, blank=True)
    override_reason = models.CharField(max_length=400, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(overridden_at=None, override_reason="")
                | Q(overridden_at__isnull=False) & ~Q(override_reason=""),
                name="an_override_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(pay_minutes__gte=5, receive_days__gte=1), name="a_shop_gives_time"
            ),
        ]

    def __str__(self) -> str:
        return f"shop of {self.community_id}"


class MerchantAccount(models.Model):
    """An account of the selling organisation with a payment provider; secrets are kept sealed.

    The platform never takes in the money of a third party: each community brings its own.
    """

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="merchants")
    provider = models.CharField(max_length=20)
    key = models.CharField(max_length=32, unique=True)  # in the address of its notices
    name = models.CharField(max_length=80)
    settings = models.JSONField(default=dict)
    secrets = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "provider"],
                condition=Q(active=True),
                name="one_active_merchant_of_a_provider",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.name}"


class PickupPoint(models.Model):
    """Where buyers fetch what they bought."""

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    hours = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    place = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class DeliveryRate(models.Model):
    """What sending costs, and where to; without regions, everywhere that no other rate names."""

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    regions = models.JSONField(default=list, blank=True)
    fee = models.BigIntegerField()
    free_from = models.BigIntegerField(null=True, blank=True)
    active = models.BooleanField(default=True)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fee__gte=0) & (Q(free_from=None) | Q(free_from__gte=0)),
                name="sending_costs_nothing_or_more",
            )
        ]

    def __str__(self) -> str:
        return self.name
