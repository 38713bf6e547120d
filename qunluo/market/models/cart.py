"""What somebody is about to buy, and where it would go."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.market.models.products import Variant


class CartItem(models.Model):
    """Something in a cart; each community has one for each person. Nothing is set aside by it."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "community"], name="cart_of_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "variant"], name="a_variant_is_once_in_a_cart"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="a_cart_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant_id}"


class Address(models.Model):
    """Where somebody has things sent to; orders keep a copy of their own."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=40)
    region = models.CharField(max_length=80)
    detail = models.CharField(max_length=200)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}, {self.region}"
