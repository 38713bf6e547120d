"""What providers billed, day by day, and how it agrees with the books."""

from django.db import models
from django.db.models import Q

from qunluo.market.models.shop import MerchantAccount


class Bill(models.Model):
    """The bill of one day of an account, compared with the books once it was there.

    `differs` counts what is not the same on both sides; `findings` tells of it, 200 at most. Fees
    are whole minor units by currency.
    """

    merchant = models.ForeignKey(MerchantAccount, models.PROTECT, related_name="bills")
    day = models.DateField()
    matched = models.PositiveIntegerField()
    differs = models.PositiveIntegerField()
    findings = models.JSONField(default=list)
    fees = models.JSONField(default=dict)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "day"], name="one_bill_of_a_day")
        ]
        indexes = [
            models.Index(
                fields=["merchant", "-day"], condition=Q(differs__gt=0), name="bills_that_differ"
            )
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.day}"
