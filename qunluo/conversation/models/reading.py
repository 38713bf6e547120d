"""What one person did with the words of others: read, followed, reacted, began to write."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Reading(models.Model):
    """How far a person has read a thread, and whether they follow or mute it.

    Unread is exact without counting: thread.posts - read - ahead, where `ahead` are the posts
    beyond `read` that nobody needs to read: their own ones and removed ones.
    """

    class Following(models.TextChoices):
        NORMAL = "normal", "normal"
        FOLLOWED = "followed", "followed"
        MUTED = "muted", "muted"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings")
    thread = models.ForeignKey("conversation.Thread", models.CASCADE, related_name="readings")
    read = models.PositiveIntegerField(default=0)
    ahead = models.PositiveIntegerField(default=0)
    following = models.CharField(max_length=8, choices=Following.choices, default=Following.NORMAL)
    mentioned = models.PositiveIntegerField(default=0)  # the last place that calls them by name

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "person"], name="one_reading_of_a_thread")
        ]
        indexes = [
            models.Index(fields=["person", "thread"]),
            models.Index(
                fields=["person"], condition=Q(mentioned__gt=F("read")), name="called_and_not_read"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.thread_id}: {self.read}"


class Tie(models.Model):
    """That two people talked with each other in a community, and when last; one row for each.

    Made by reactions from replies and from calls by name in talk that is the community's.
    """

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    talked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person", "other"], name="one_tie_to_another"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} and {self.other_id}"


class SpaceFollowing(models.Model):
    """That a person hears of every new thread of a space, or of none; else it is as it comes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    space = models.ForeignKey("conversation.Space", models.CASCADE, related_name="followings")
    following = models.CharField(max_length=8, choices=Reading.Following.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "person"], name="one_following_of_a_space")
        ]
        indexes = [models.Index(fields=["person", "space"])]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.space_id}: {self.following}"


class Reaction(models.Model):
    """One person's reaction to a post, each at most once; "second" stands behind a worry."""

    post = models.ForeignKey("conversation.Post", models.CASCADE, related_name="reacted")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=10)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "person", "name"], name="one_reaction_each")
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.post_id}"


class Mention(models.Model):
    """Somebody called by name in a post."""

    post = models.ForeignKey("conversation.Post", models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="one_mention_each")]
        indexes = [models.Index(fields=["person", "-id"])]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.post_id}"


class Draft(models.Model):
    """What somebody began to write: a new thread in a space, or a reply in a thread."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    space = models.ForeignKey("conversation.Space", models.CASCADE, related_name="+")
    thread = models.ForeignKey(
        "conversation.Thread", models.CASCADE, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=120, blank=True)
    source = models.TextField(blank=True)
    fields = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "space"], condition=Q(thread=None), name="one_draft_in_a_space"
            ),
            models.UniqueConstraint(
                fields=["person", "thread"],
                condition=Q(thread__isnull=False),
                name="one_draft_in_a_thread",
            ),
        ]

    def __str__(self) -> str:
        return f"draft of {self.person_id}"
