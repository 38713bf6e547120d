"""What is kept and waits for a look before it appears; nowhere else does anybody read it."""

from django.conf import settings
from django.db import models


class HeldPost(models.Model):
    """A thread, a reply or a change of a post as it was written, not yet said.

    It has no place and no number: whatever reads threads and posts cannot come upon it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        RELEASED = "released", "released"
        REFUSED = "refused", "refused"
        RETURNED = "returned", "returned"
        WITHDRAWN = "withdrawn", "withdrawn"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    space = models.ForeignKey("conversation.Space", models.CASCADE, related_name="+")
    thread = models.ForeignKey(
        "conversation.Thread", models.CASCADE, null=True, blank=True, related_name="+"
    )
    post = models.ForeignKey(
        "conversation.Post", models.CASCADE, null=True, blank=True, related_name="+"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    given = models.JSONField(default=dict)  # what the action that says it was called with
    client_id = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=20)
    found = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    note = models.CharField(max_length=400, blank=True)  # why it came back
    measure = models.ForeignKey(
        "governance.Measure", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    held_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["author", "community", "-id"])]

    def __str__(self) -> str:
        return f"{self.state} words of {self.author_id}"
