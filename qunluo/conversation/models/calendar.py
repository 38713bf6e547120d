"""What is planned to be said: items of the calendar, their versions and how they were received."""

from django.conf import settings
from django.db import models


class PlannedItem(models.Model):
    """Something to be said at a time: kept apart from threads until that moment comes.

    `ticks` are the ids of the checks by hand that were ticked; `reason` says in both languages why
    an item was held.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        SCHEDULED = "scheduled", "scheduled"
        PUBLISHED = "published", "published"
        HELD = "held", "held"
        WITHDRAWN = "withdrawn", "withdrawn"

    uid = models.CharField(max_length=16, unique=True)
    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    space = models.ForeignKey("conversation.Space", models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120, blank=True)
    source = models.TextField()
    fields = models.JSONField(default=dict, blank=True)
    poll = models.JSONField(default=dict, blank=True)  # options, multiple, results and days
    digest = models.CharField(max_length=64)  # of the text, to know it again in another space
    target = models.CharField(max_length=120, blank=True)  # for whom
    values = models.JSONField(default=list, blank=True)  # those of the charter that it carries
    useful = models.PositiveSmallIntegerField(default=0)
    fun = models.PositiveSmallIntegerField(default=0)
    warm = models.PositiveSmallIntegerField(default=0)
    beneficial = models.PositiveSmallIntegerField(default=0)
    causes = models.JSONField(default=list, blank=True)
    motive = models.CharField(max_length=20, blank=True)
    licence = models.CharField(max_length=20)
    originality = models.CharField(max_length=20)
    ticks = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    reason = models.JSONField(default=dict, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True)
    try_at = models.DateTimeField(null=True, blank=True)  # its author wrote much: not before
    open_at = models.DateTimeField(null=True, blank=True)  # for everybody; before, for the early
    early_kind = models.CharField(max_length=7, blank=True)
    early_name = models.CharField(max_length=40, blank=True)
    thread = models.OneToOneField(
        "conversation.Thread", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="scheduled") | models.Q(publish_at__isnull=False),
                name="a_scheduled_item_has_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["community", "state", "publish_at"], name="items_by_time"),
            models.Index(fields=["community", "published_at"], name="items_published"),
            models.Index(fields=["community", "digest"], name="items_by_text"),
            models.Index(fields=["community", "author", "-id"], name="items_of_author"),
            models.Index(
                fields=["publish_at"],
                condition=models.Q(state="scheduled"),
                name="items_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.uid}"


class PlannedAuthor(models.Model):
    """Somebody who makes an item together with its author."""

    item = models.ForeignKey(PlannedItem, models.CASCADE, related_name="together")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "person"], name="once_an_author_of_an_item")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} with {self.item_id}"


class PlannedVersion(models.Model):
    """An item as it was before an edit."""

    item = models.ForeignKey(PlannedItem, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120, blank=True)
    source = models.TextField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="version_number_of_item")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} v{self.number}"


class OnTone(models.Model):
    """How well one member finds that an item sounds like the community: 1 to 5, once.

    What came with an archive names nobody.
    """

    item = models.ForeignKey(PlannedItem, models.CASCADE, related_name="ratings")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    rating = models.PositiveSmallIntegerField()
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "person"], name="one_rating_from_each"),
            models.CheckConstraint(
                condition=models.Q(rating__gte=1, rating__lte=5), name="rating_from_one_to_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating} for {self.item_id}"


class CalendarSettings(models.Model):
    """What a community asks of what it says; without a row the defaults hold."""

    community = models.OneToOneField("community.Community", models.CASCADE, related_name="+")
    gap_days = models.PositiveSmallIntegerField(default=7)
    line = models.PositiveSmallIntegerField(default=10)  # tenths, 0 to 30
    holds = models.BooleanField(default=False)  # benefit below the line is held, not only warned
    checklist = models.JSONField(default=list, blank=True)  # sentences; empty: the defaults
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.community_id}"
