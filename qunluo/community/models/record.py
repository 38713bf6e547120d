"""The member record: tags, notes, segments and the circle of close care."""

from django.conf import settings
from django.db import models


class MemberTag(models.Model):
    """A tag on a member, set by themself, a rule or an operator."""

    class Source(models.TextChoices):
        SELF = "self", "self"
        RULE = "rule", "rule"
        OPERATOR = "operator", "operator"

    membership = models.ForeignKey("community.Membership", models.CASCADE, related_name="tags")
    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    name = models.CharField(max_length=30)
    source = models.CharField(max_length=8, choices=Source.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "name"], name="one_tag_per_member")
        ]
        indexes = [models.Index(fields=["community", "name"])]

    def __str__(self) -> str:
        return self.name


class MemberNote(models.Model):
    """What an operator or host wrote down about a member; the member sees it in their own data."""

    membership = models.ForeignKey("community.Membership", models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    text = models.TextField(max_length=2000)
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"note {self.pk} about membership {self.membership_id}"


class Segment(models.Model):
    """A filter over the members, saved under a name."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="segments")
    name = models.CharField(max_length=60)
    filters = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="segment_name_in_community")
        ]

    def __str__(self) -> str:
        return self.name


class CloseCare(models.Model):
    """One of the at most twenty people whom a host follows closely (G06)."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="close_care")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    slot = models.PositiveSmallIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "host", "slot"], name="close_care_slot"),
            models.UniqueConstraint(
                fields=["community", "host", "person"], name="close_care_person_once"
            ),
            models.CheckConstraint(
                condition=models.Q(slot__gte=1, slot__lte=20), name="close_care_at_most_20"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host_id} follows {self.person_id}"
