"""Customers brought in from elsewhere: people without accounts, and what they bought before."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.kernel.money import Money


class Customer(models.Model):
    """A customer of the community's people, known from outside; `person` once they joined (M11).

    Aggregates over `PastOrder` are stored, in minor units of `currency`.
    """

    class Consent(models.TextChoices):
        UNKNOWN = "", "unknown"
        GIVEN = "given", "given"
        REFUSED = "refused", "refused"

    class Matched(models.TextChoices):
        CODE = "code", "code"
        EMAIL = "email", "email"
        PHONE = "phone", "phone"
        HAND = "hand", "hand"

    community = models.ForeignKey(
        "community.Community", models.CASCADE, related_name="+", db_index=False
    )
    external_id = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.CharField(max_length=254, blank=True)
    birthday = models.DateField(null=True, blank=True)
    tags = models.JSONField(default=list)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=80, blank=True)
    consent = models.CharField(max_length=8, choices=Consent.choices, blank=True)
    consent_source = models.CharField(max_length=160, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    matched_by = models.CharField(max_length=5, choices=Matched.choices, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    invites_sent = models.PositiveIntegerField(default=0)
    dormant_when_invited = models.BooleanField(default=False)
    returned_at = models.DateTimeField(null=True, blank=True)
    orders_count = models.PositiveIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    first_order_on = models.DateField(null=True, blank=True)
    last_order_on = models.DateField(null=True, blank=True)
    imported_by = models.ForeignKey(
        "growth.CustomerImport",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "external_id"],
                condition=~Q(external_id=""),
                name="customer_external_id",
            ),
            models.UniqueConstraint(
                fields=["community", "person"],
                condition=Q(person__isnull=False),
                name="a_member_is_one_customer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "phone"], name="customer_phone", condition=~Q(phone="")
            ),
            models.Index(
                fields=["community", "email"], name="customer_email", condition=~Q(email="")
            ),
            models.Index(fields=["community", "last_order_on", "id"], name="customer_last_order"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id or self.email or self.phone


class PastOrder(models.Model):
    """One purchase made elsewhere, before; history of the customer, never an order of ours.

    `occurrence` counts purchases that look exactly alike, so that two coffees on one day are two
    and a file imported again adds none.
    """

    community = models.ForeignKey(
        "community.Community", models.CASCADE, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="past_orders", db_index=False
    )
    on = models.DateField(db_column="bought_on")
    quantity_milli = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=80, blank=True)
    item = models.CharField(max_length=200, blank=True)
    occurrence = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "customer",
                    "on",
                    "amount_minor",
                    "quantity_milli",
                    "currency",
                    "reference",
                    "item",
                    "occurrence",
                ],
                name="a_past_order_is_kept_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount_minor} {self.currency}"

    @property
    def money(self) -> Money:
        """Return what was paid."""
        return Money(self.amount_minor, self.currency)

    @property
    def quantity(self) -> Decimal:
        """Return the quantity; stored exactly, in thousandths."""
        return Decimal(self.quantity_milli) / 1000


class InviteBatch(models.Model):
    """Customers invited together: what was written to whom, and by which way."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    way = models.CharField(max_length=8)  # email | link
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    filters = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.way} to {self.total} customers"
