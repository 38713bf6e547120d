"""What people say of products, and what became of it: proofs, mentions, and who came from where."""

from django.conf import settings
from django.db import models

from qunluo.market.models.orders import OrderLine
from qunluo.market.models.products import Product


class Experience(models.Model):
    """That who opened a thread had bought what it tells of; proven when it was written.

    One for each person and product, and never another's: it is tied to thread, author and line.
    A `copied` text earns no credit.
    """

    class State(models.TextChoices):
        VERIFIED = "verified", "verified"
        COPIED = "copied", "copied"

    community = models.ForeignKey(
        "community.Community", models.PROTECT, related_name="+", db_index=False
    )
    product = models.ForeignKey(Product, models.CASCADE, related_name="experiences", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    thread = models.OneToOneField("conversation.Thread", models.CASCADE, related_name="+")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.VERIFIED)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "person"], name="one_experience_of_a_product"
            )
        ]
        indexes = [models.Index(fields=["community", "person"])]

    def __str__(self) -> str:
        return f"{self.product_id} by {self.person_id}: {self.state}"


class ProductMention(models.Model):
    """That a post names a product: by a link in its words, or because its thread is about it."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="mentions", db_index=False)
    thread = models.ForeignKey("conversation.Thread", models.CASCADE, related_name="+")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "thread", "place"], name="a_post_names_a_product_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.thread_id}/{self.place} names {self.product_id}"


class Touch(models.Model):
    """That somebody came to a product from something said: counted once, dated by the last.

    `source_type` is "post" (`source_id` "12.1", thread and place) or "episode" ("12@90", thread and
    second). Numbers of threads stay when a community moves; ids do not.
    """

    community = models.ForeignKey(
        "community.Community", models.CASCADE, related_name="+", db_index=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    source_type = models.CharField(max_length=20)
    source_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "product", "source_type", "source_id"],
                name="a_touch_counts_once",
            )
        ]
        indexes = [models.Index(fields=["community", "source_type", "source_id"])]

    def __str__(self) -> str:
        return f"{self.person_id} to {self.product_id} from {self.source_type}:{self.source_id}"
