"""Bookable services: how they can be had, who gives them, and which times are taken by whom."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.market.models.orders import Order
from qunluo.market.models.products import Product, Variant


class ServicePlan(models.Model):
    """How a service can be booked; its lengths are the variants of its product.

    `before` and `after` are minutes kept free around it. Who calls off until `cancel_hours` before
    gets everything back, later `late_percent` of it. `link` is read by who has booked alone.
    """

    product = models.OneToOneField(Product, models.CASCADE, related_name="plan")
    before = models.PositiveSmallIntegerField(default=0)
    after = models.PositiveSmallIntegerField(default=0)
    notice_hours = models.PositiveSmallIntegerField(default=12)
    days_ahead = models.PositiveSmallIntegerField(default=30)
    seats = models.PositiveSmallIntegerField(default=1)
    place = models.CharField(max_length=200, blank=True)
    link = models.CharField(max_length=400, blank=True)
    cancel_hours = models.PositiveSmallIntegerField(default=24)
    late_percent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__gte=1, late_percent__lte=100), name="a_plan_can_be_kept"
            )
        ]

    def __str__(self) -> str:
        return f"plan of {self.product_id}"


class Staff(models.Model):
    """Who gives a service and when: `week` holds spans of minutes by weekday, Monday is "0"."""

    plan = models.ForeignKey(ServicePlan, models.CASCADE, related_name="staff", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    week = models.JSONField(default=dict)
    days_off = models.JSONField(default=list, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "person"], name="once_in_the_staff")]

    def __str__(self) -> str:
        return f"{self.person_id} gives {self.plan_id}"


class Session(models.Model):
    """A time at which somebody gives a service; there while anybody has a seat in it."""

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="+", db_index=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "person", "starts_at"], name="a_session_is_there_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.starts_at}"


class BusyUnit(models.Model):
    """A quarter of an hour of somebody, taken by a session: nobody is in two at once."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="units")
    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="+", db_index=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person", "unit"], name="nobody_is_booked_twice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.unit}"


class Booking(models.Model):
    """A seat in a session, with the order that pays for it; times stay when the seat is free."""

    class State(models.TextChoices):
        HELD = "held", "held"
        BOOKED = "booked", "booked"
        DONE = "done", "done"
        MISSED = "missed", "missed"
        OFF = "off", "off"

    class Case(models.TextChoices):
        NONE = "", "none"
        ASKED = "asked", "asked"
        GRANTED = "granted", "granted"
        REFUSED = "refused", "refused"

    order = models.OneToOneField(Order, models.PROTECT, related_name="booking")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="bookings")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="bookings"
    )
    seat = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.HELD)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    moves = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()
    told = models.PositiveSmallIntegerField(default=0)  # of its two reminders
    stars = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.CharField(max_length=400, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    case = models.CharField(max_length=7, choices=Case.choices, default=Case.NONE, blank=True)
    case_text = models.TextField(blank=True)
    case_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "seat"], name="a_seat_is_booked_once"),
            models.CheckConstraint(
                condition=Q(stars=None) | Q(stars__gte=1, stars__lte=5), name="one_to_five_stars"
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.order_id} at {self.starts_at}: {self.state}"
