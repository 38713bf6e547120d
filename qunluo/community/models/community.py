"""A community, its charter and the rules it asks people to accept."""

from django.conf import settings
from django.db import models


class Community(models.Model):
    """One community: its name, its axes, and which of its doors are open.

    The charter is the truth about what a community is; the columns here are those parts of it
    that queries and permissions need.
    """

    class Stage(models.TextChoices):
        PRIVATE = "private", "private"
        PUBLISHED = "published", "published"
        CLOSED = "closed", "closed"

    class Selection(models.TextChoices):
        OPEN = "open", "open"
        QUESTIONS = "questions", "questions"
        INVITATION = "invitation", "invitation"
        FEE = "fee", "fee"
        VETTING = "vetting", "vetting"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    sentence = models.CharField(max_length=200)
    language = models.CharField(max_length=10, default="zh-hans")
    time_zone = models.CharField(max_length=60, default="Asia/Shanghai")
    currency = models.CharField(max_length=3, default="CNY")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PRIVATE)
    recruiting = models.BooleanField(default=False)
    selection = models.CharField(
        max_length=12, choices=Selection.choices, default=Selection.INVITATION
    )
    blueprint = models.CharField(max_length=40)
    blueprint_digest = models.CharField(max_length=64, blank=True)
    modules = models.JSONField(default=list)
    facts = models.JSONField(default=dict, blank=True)  # pushed down by higher rooms, read by gates
    entry_tiers = models.JSONField(default=list, blank=True)  # holding one of them lets in: M03
    brand_colour = models.CharField(max_length=7, default="#2f6f4f")
    symbol = models.CharField(max_length=120, blank=True)
    member_count = models.PositiveIntegerField(default=0)
    next_member_number = models.PositiveIntegerField(default=1)
    founded_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=400, blank=True)
    closed_from = models.CharField(max_length=10, blank=True)  # a private one stays unseen

    class Meta:
        verbose_name_plural = "communities"

    def __str__(self) -> str:
        return self.name


class CharterDraft(models.Model):
    """What the founders are writing; one draft per community, saved at every step."""

    community = models.OneToOneField(Community, models.CASCADE, related_name="draft")
    values = models.JSONField(default=dict)
    blueprint_values = models.JSONField(default=dict)
    key_fields = models.JSONField(default=list)  # paths that must be edited before publishing
    visited = models.JSONField(default=list)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"draft of {self.community_id}"


class CharterVersion(models.Model):
    """A published charter; never changed, only followed by the next."""

    community = models.ForeignKey(Community, models.CASCADE, related_name="charter_versions")
    number = models.PositiveIntegerField()
    values = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="charter_version_number")
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"charter {self.number} of {self.community_id}"


class RulesVersion(models.Model):
    """The community's rules as accepted on joining; each rule may cite the value behind it.

    `rules` is a list of {"id", "title", "text", "value"}.
    """

    community = models.ForeignKey(Community, models.CASCADE, related_name="rules_versions")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="rules_version_number")
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"rules {self.number} of {self.community_id}"
