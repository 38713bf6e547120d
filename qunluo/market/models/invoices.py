"""Invoices that buyers ask for, and how they were issued."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.market.models.orders import Order


class InvoiceRequest(models.Model):
    """A wish for an invoice of a paid order; the shop issues it in its own books and says so.

    `amount` is what it was issued over, in whole minor units of the order's currency.
    """

    class Sort(models.TextChoices):
        PERSONAL = "personal", "personal"
        COMPANY = "company", "company"

    class State(models.TextChoices):
        ASKED = "asked", "asked"
        ISSUED = "issued", "issued"
        DECLINED = "declined", "declined"

    order = models.OneToOneField(Order, models.PROTECT, related_name="invoice")
    sort = models.CharField(max_length=8, choices=Sort.choices)
    title = models.CharField(max_length=100)
    tax_number = models.CharField(max_length=30, blank=True)
    mail = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    number = models.CharField(max_length=40, blank=True)
    amount = models.BigIntegerField(null=True, blank=True)
    file = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=400, blank=True)  # why not
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="issued") | ~Q(number="", file=""),
                name="an_issued_invoice_is_named",
            )
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state="asked"), name="invoices_to_issue")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.state}"
