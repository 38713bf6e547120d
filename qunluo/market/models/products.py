"""What is sold: products, their variants and prices, and how many there are."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.market.models.shop import PickupPoint


class Product(models.Model):
    """Something that a community sells, with the facts beside it.

    `parts` tell what the price is made of; `elsewhere` is what it costs through other channels, so
    that the saving can be shown. What a product is worth (function, emotion, spirit, each 0 to 10)
    and whether it fits the community (`need`, how often it is bought and used, `quality`) is
    declared before it may go on sale.
    """

    class Kind(models.TextChoices):
        PHYSICAL = "physical", "physical"
        VIRTUAL = "virtual", "virtual"
        # By rules of their own, see actions/special.py:
        TIER = "tier", "tier"
        CARD = "card", "gift card"
        SHARE = "share", "share of a harvest"
        SERVICE = "service", "service"

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        ON_SALE = "on_sale", "on sale"
        PAUSED = "paused", "paused"
        ENDED = "ended", "ended"

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="products")
    uid = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.DRAFT)
    title = models.CharField(max_length=80)
    lead = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    category = models.CharField(max_length=20)
    origin = models.CharField(max_length=200, blank=True)
    defects = models.TextField(blank=True)
    needs = models.JSONField(default=list, blank=True)
    parts = models.JSONField(default=list, blank=True)
    elsewhere = models.BigIntegerField(null=True, blank=True)
    function = models.PositiveSmallIntegerField(null=True, blank=True)
    emotion = models.PositiveSmallIntegerField(null=True, blank=True)
    spirit = models.PositiveSmallIntegerField(null=True, blank=True)
    need = models.TextField(blank=True)
    bought = models.CharField(max_length=10, blank=True)  # how often, by definitions/fitness.toml
    used = models.CharField(max_length=10, blank=True)
    quality = models.TextField(blank=True)
    surplus = models.BooleanField(default=False)
    symbol = models.CharField(max_length=80, blank=True)  # that it carries: M21
    royalty_percent = models.PositiveSmallIntegerField(default=0)
    royalty_to = models.CharField(max_length=80, blank=True)
    returnable = models.BooleanField(default=True)
    no_return = models.CharField(max_length=200, blank=True)  # why not, confirmed when bought
    handed_over = models.TextField(blank=True)  # of something virtual: what the buyer then reads
    pause_reason = models.CharField(max_length=400, blank=True)
    sold = models.PositiveIntegerField(default=0)
    place = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    added_at = models.DateTimeField()
    listed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returnable=True) | ~Q(no_return=""), name="no_return_has_a_reason"
            ),
            models.CheckConstraint(
                condition=(Q(function=None) | Q(function__lte=10))
                & (Q(emotion=None) | Q(emotion__lte=10))
                & (Q(spirit=None) | Q(spirit__lte=10)),
                name="values_go_to_ten",
            ),
        ]
        indexes = [models.Index(fields=["community", "state", "category"])]

    def __str__(self) -> str:
        return self.title


class Picture(models.Model):
    """A picture of a product, for everybody who may see it."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="pictures")
    key = models.CharField(max_length=80)
    alt = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.alt or self.key


class Variant(models.Model):
    """One form in which a product is bought, such as a size. Prices are whole minor units.

    What is `counted` is sold as long as there is some; anything else never runs out. `most` is how
    many one person may have in all.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    name = models.CharField(max_length=60, blank=True)
    sku = models.CharField(max_length=40, blank=True)
    price = models.BigIntegerField()
    counted = models.BooleanField(default=True)
    most = models.PositiveIntegerField(null=True, blank=True)
    active = models.BooleanField(default=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # of a bookable service
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="a_price_is_not_below_nothing"),
            models.CheckConstraint(
                condition=Q(most=None) | Q(most__gte=1), name="somebody_may_have_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PriceRule(models.Model):
    """A lower price for somebody (`audience`), or from a quantity on.

    Audiences: "everyone", "members", or "tier:<name>" for who holds that grant.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="rules")
    audience = models.CharField(max_length=48, default="everyone")
    quantity = models.PositiveIntegerField(default=1)
    price = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "audience", "quantity"], name="one_price_for_a_case"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, quantity__gte=1), name="a_rule_names_a_price"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audience} from {self.quantity}: {self.price}"


class Stock(models.Model):
    """How many of a variant are left: in all, at one pick-up point, or set aside for a campaign.

    What an open order asks for is taken at once and comes back when the order ends unpaid.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="stock")
    point = models.ForeignKey(PickupPoint, models.PROTECT, null=True, blank=True, related_name="+")
    campaign = models.ForeignKey(
        "market.Campaign", models.PROTECT, null=True, blank=True, related_name="stock",
        db_index=False,
    )  # fmt: skip
    amount = models.IntegerField(default=0)

    class Meta:
        indexes = [
            # Nearly all rows belong to none: an index of these would be taken for a good one.
            models.Index(
                fields=["campaign"], condition=Q(campaign__isnull=False), name="stock_of_campaign"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="never_oversold"),
            models.UniqueConstraint(
                fields=["variant", "campaign"],
                condition=Q(campaign__isnull=False),
                name="one_stock_in_a_campaign",
            ),
            models.UniqueConstraint(
                fields=["variant", "point"],
                condition=Q(point__isnull=False),
                name="one_stock_at_a_point",
            ),
            models.UniqueConstraint(
                fields=["variant"],
                condition=Q(point=None, campaign=None),
                name="one_stock_elsewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} left"


class Taken(models.Model):
    """How many of a variant a person has in orders that live or were fulfilled, for its limit."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    amount = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "person"], name="one_count_of_a_person"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="nobody_has_less_than_none"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.variant_id}"
