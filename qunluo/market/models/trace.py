"""What a shop changed because of what buyers said: where a loop of feedback goes on."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.market.models.claims import Claim
from qunluo.market.models.products import Product


class Improvement(models.Model):
    """That a product, its guide or an answer was changed because of one piece of feedback.

    The feedback is a thread about the product, or a return or complaint; `words` are for everybody.
    """

    class Sort(models.TextChoices):
        PRODUCT = "product", "product"
        GUIDE = "guide", "guide"
        ANSWER = "answer", "answer"

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="improvements", db_index=False
    )
    thread = models.ForeignKey(
        "conversation.Thread", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claim = models.ForeignKey(
        Claim, models.SET_NULL, null=True, blank=True, related_name="improvements"
    )
    sort = models.CharField(max_length=7, choices=Sort.choices)
    words = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "thread", "sort"], name="a_thread_improves_once_in_a_way"
            ),
            models.UniqueConstraint(
                fields=["product", "claim", "sort"], name="a_claim_improves_once_in_a_way"
            ),
            models.CheckConstraint(
                condition=Q(thread=None) | Q(claim=None), name="made_from_one_feedback"
            ),
        ]
        indexes = [models.Index(fields=["product", "made_at"])]

    def __str__(self) -> str:
        return f"{self.sort} of {self.product_id}"
