"""Coupons: what is taken off an order, for whom, and how often; the database keeps the counts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qunluo.market.models.orders import Order
from qunluo.market.models.products import Product


class Coupon(models.Model):
    """Something taken off one order, in whole minor units of the shop's currency.

    `amount` is what comes off ("amount"), or the most that does ("percent", "delivery"). Whoever
    belongs to the `audience` uses one that has a code; one without is given to people. `least` is
    what the goods for which it is must cost. `taken` is how often it stands in orders that live.
    """

    class Kind(models.TextChoices):
        AMOUNT = "amount", "amount"
        PERCENT = "percent", "percent"
        DELIVERY = "delivery", "free delivery"

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="coupons")
    uid = models.CharField(max_length=12, unique=True)
    title = models.CharField(max_length=60)
    code = models.CharField(max_length=20, blank=True)  # in capitals, as it is compared
    kind = models.CharField(max_length=8, choices=Kind.choices)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    amount = models.BigIntegerField(null=True, blank=True)
    least = models.BigIntegerField(default=0)
    categories = models.JSONField(default=list, blank=True)
    audience = models.CharField(max_length=48, default="everyone")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    most = models.PositiveIntegerField(null=True, blank=True)
    most_each = models.PositiveIntegerField(null=True, blank=True, default=1)
    taken = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], condition=~Q(code=""), name="a_code_is_of_one_coupon"
            ),
            models.CheckConstraint(
                condition=Q(most=None) | Q(taken__lte=F("most")), name="no_coupon_beyond_its_limit"
            ),
            models.CheckConstraint(
                condition=Q(kind="amount", percent=None, amount__gte=1)
                | Q(kind="percent", percent__gte=1, percent__lte=100)
                & (Q(amount=None) | Q(amount__gte=1))
                | Q(kind="delivery", percent=None) & (Q(amount=None) | Q(amount__gte=1)),
                name="a_coupon_takes_something_off",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CouponProduct(models.Model):
    """A product for which a coupon is; without any, and without categories, it is for all."""

    coupon = models.ForeignKey(Coupon, models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coupon", "product"], name="a_coupon_names_it_once")
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id} for {self.product_id}"


class CouponGrant(models.Model):
    """A coupon that somebody was given personally."""

    coupon = models.ForeignKey(Coupon, models.CASCADE, related_name="grants")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coupon", "person"], name="a_coupon_is_given_once")
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id} to {self.person_id}"


class CouponCount(models.Model):
    """How often a coupon stands in somebody's orders that live, for the limit of each person."""

    coupon = models.ForeignKey(Coupon, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    amount = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coupon", "person"], name="one_count_of_a_coupon_and_person"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="nobody_used_a_coupon_less_than_never"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.coupon_id}"


class CouponUse(models.Model):
    """That an order was placed with a coupon; `counts` until it came back."""

    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="uses")
    order = models.OneToOneField(Order, models.CASCADE, related_name="coupon_use")
    counts = models.BooleanField(default=True)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.coupon_id} in {self.order_id}"
