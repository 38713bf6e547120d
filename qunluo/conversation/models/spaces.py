"""Where people talk."""

from django.db import models
from django.db.models import Q


class Space(models.Model):
    """A place to talk; `type` is one of definitions/spaces.toml."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", "public"
        MEMBERS = "members", "members"
        GRANT = "grant", "grant"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="spaces")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    type = models.CharField(max_length=20)
    purpose = models.CharField(max_length=300, blank=True)
    visibility = models.CharField(
        max_length=7, choices=Visibility.choices, default=Visibility.MEMBERS
    )
    grant_kind = models.CharField(max_length=5, blank=True)
    grant_name = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "slug"], name="space_slug_once_in_community"
            ),
            models.CheckConstraint(
                condition=~Q(visibility="grant") | ~Q(grant_name=""), name="space_by_a_named_grant"
            ),
        ]
        indexes = [models.Index(fields=["community", "position", "id"])]

    def __str__(self) -> str:
        return self.name


class Numbering(models.Model):
    """The number that the last thread of a community got; its row is the queue for the next."""

    community = models.OneToOneField("community.Community", models.CASCADE, related_name="+")
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.last} in {self.community_id}"
