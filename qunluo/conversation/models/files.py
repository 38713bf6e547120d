"""What posts carry beside words: pictures, recordings, papers, and polls."""

from django.conf import settings
from django.db import models


class Attachment(models.Model):
    """A file kept under a random key; without a post it waits for the one being written."""

    class Sort(models.TextChoices):
        PICTURE = "picture", "picture"
        AUDIO = "audio", "audio"
        VIDEO = "video", "video"
        FILE = "file", "file"

    uid = models.CharField(max_length=16, unique=True)
    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    space = models.ForeignKey("conversation.Space", models.CASCADE, related_name="+")
    thread = models.ForeignKey(
        "conversation.Thread", models.CASCADE, null=True, blank=True, related_name="+"
    )
    post = models.ForeignKey(
        "conversation.Post", models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    plan = models.ForeignKey(
        "conversation.PlannedItem", models.SET_NULL, null=True, blank=True, related_name="files"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    sort = models.CharField(max_length=7, choices=Sort.choices)
    key = models.CharField(max_length=80)
    small = models.CharField(max_length=80, blank=True)  # of a picture, for lists
    type = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    alt = models.CharField(max_length=300, blank=True)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    place = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "added_at"]),
            models.Index(fields=["post", "added_at"]),
        ]

    def __str__(self) -> str:
        return self.name or self.uid


class Poll(models.Model):
    """A question to everybody who reads a post; `options` are the answers in their order."""

    class Results(models.TextChoices):
        ALWAYS = "always", "always"
        ANSWERED = "answered", "answered"
        CLOSED = "closed", "closed"

    post = models.OneToOneField("conversation.Post", models.CASCADE, related_name="poll")
    options = models.JSONField(default=list)
    multiple = models.BooleanField(default=False)
    results = models.CharField(max_length=8, choices=Results.choices, default=Results.ANSWERED)
    until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"poll of {self.post_id}"


class PollAnswer(models.Model):
    """What one member answered; another answer before the end replaces it."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="answers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    chosen = models.JSONField(default=list)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "person"], name="one_member_one_answer")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.poll_id}"
