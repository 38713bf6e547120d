"""Tiers: what holding one brings, for how long it is bought, and who has it until when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qunluo.market.models.orders import Order
from qunluo.market.models.products import Product, Variant


class TierPlan(models.Model):
    """What a product of kind tier gives: a grant of this name, and what that brings, line by line.

    With `trial_days` above 0 each person may try it once, for nothing. Who bought it takes it back
    whole within `refund_days`; `notice_days` before its end they are told. Holding one that
    `lets_in` is the way into a community with a fee.
    """

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="+", db_index=False
    )
    product = models.OneToOneField(Product, models.PROTECT, related_name="tier_plan")
    name = models.CharField(max_length=40)
    benefits = models.JSONField(default=list, blank=True)
    lets_in = models.BooleanField(default=False)
    pause_days = models.PositiveSmallIntegerField(default=0)  # for which a time may stand still
    trial_days = models.PositiveSmallIntegerField(default=0)
    refund_days = models.PositiveSmallIntegerField(default=7)
    notice_days = models.PositiveSmallIntegerField(default=7)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="one_plan_of_a_tier")
        ]

    def __str__(self) -> str:
        return self.name


class TierPeriod(models.Model):
    """For how long a variant of a plan is bought: so many calendar months, or so many days."""

    plan = models.ForeignKey(TierPlan, models.CASCADE, related_name="periods")
    variant = models.OneToOneField(Variant, models.CASCADE, related_name="period")
    months = models.PositiveSmallIntegerField(default=0)
    days = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(months=0, days__gte=1) | Q(months__gte=1, days=0),
                name="a_period_is_months_or_days",
            )
        ]

    def __str__(self) -> str:
        return f"{self.months} months {self.days} days"


class TierOrder(models.Model):
    """What an order of a tier does besides: it is for somebody else, or moves up from another tier.

    `credit` is what is left of the stretches that are `moved` into it, and comes off the price.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="tier_order")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    credit = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.order_id} for {self.person_id}"


class TierTime(models.Model):
    """A stretch of time in a tier: bought by an order, given by who runs the shop, or a trial.

    What counts is the grant; this says where its time came from, and gives back what is not used.
    """

    plan = models.ForeignKey(TierPlan, models.PROTECT, related_name="times")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    order = models.OneToOneField(
        Order, models.PROTECT, null=True, blank=True, related_name="tier_time"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    moved_to = models.ForeignKey(
        TierOrder, models.PROTECT, null=True, blank=True, related_name="moved"
    )  # the last order that was to take up what is left of it
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)  # of what was given
    paused_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)  # what was held when it was paused
    paused_seconds = models.PositiveIntegerField(default=0)  # before now
    told = models.BooleanField(default=False)  # that its end is near
    ended_at = models.DateTimeField(null=True, blank=True)  # taken back, or moved up from

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "person"],
                condition=Q(order=None, given_by=None),
                name="one_trial_for_a_person",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_time_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.ends_at}"
