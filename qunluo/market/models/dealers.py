"""What a community has that leaves the selling to dealers: where to buy, and codes of products."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.market.models.products import Product


class Dealer(models.Model):
    """Somebody outside who sells one product of a community, or all of them."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    product = models.ForeignKey(
        Product, models.CASCADE, null=True, blank=True, related_name="dealers"
    )
    name = models.CharField(max_length=80)
    url = models.URLField(max_length=300)
    place = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=200, blank=True)
    at = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class CodeBatch(models.Model):
    """Codes that were made together, to lie in the boxes of one product.

    `key` is a digest of the form that asked for them: sent twice, they are made once.
    """

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="+", db_index=False
    )
    product = models.ForeignKey(Product, models.PROTECT, related_name="code_batches")
    uid = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    count = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "key"], condition=~Q(key=""), name="codes_are_made_once"
            )
        ]
        indexes = [models.Index(fields=["community", "-id"])]

    def __str__(self) -> str:
        return self.name


class ProductCode(models.Model):
    """One code, found by its digest; who used it registered the product and came in by it."""

    batch = models.ForeignKey(CodeBatch, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64, db_index=True)
    tail = models.CharField(max_length=4)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "digest"], name="one_code_of_a_batch"),
            models.CheckConstraint(
                condition=Q(used_by=None, used_at=None)
                | Q(used_by__isnull=False, used_at__isnull=False),
                name="a_used_code_says_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.tail}"
