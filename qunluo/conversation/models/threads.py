"""Threads and their posts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.kernel.clock import now


class Thread(models.Model):
    """What lists and streams show of a conversation; its first post stands at place 1.

    Counters are stored, never counted in a list: `posts` is the last place given, `replies` those
    that stand, the opener not among them.
    """

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="threads")
    space = models.ForeignKey("conversation.Space", models.CASCADE, related_name="threads")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    title = models.CharField(max_length=120, blank=True)
    excerpt = models.CharField(max_length=200, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    settled = models.BooleanField(default=False)
    accepted_place = models.PositiveIntegerField(default=0)
    posts = models.PositiveIntegerField(default=1)
    replies = models.PositiveIntegerField(default=0)
    reactions = models.PositiveIntegerField(default=0)
    seconds = models.PositiveIntegerField(default=0)
    # How often it was felt to be each of the four things that the home stream goes by (R05).
    useful = models.PositiveIntegerField(default=0)
    fun = models.PositiveIntegerField(default=0)
    warm = models.PositiveIntegerField(default=0)
    beneficial = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField()
    last_author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    last_excerpt = models.CharField(max_length=200, blank=True)
    opener_gone = models.BooleanField(default=False)
    advert = models.BooleanField(default=False)
    cover = models.CharField(max_length=16, blank=True)  # the first picture of the opener
    split_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    # Until then only its author, who manages spaces, and those named by early_kind read it.
    embargo_until = models.DateTimeField(null=True, blank=True)
    early_kind = models.CharField(max_length=7, blank=True)  # "members", or the kind of a grant
    early_name = models.CharField(max_length=40, blank=True)
    # When those are to hear of it who could not read it first; empty once they have.
    announce_at = models.DateTimeField(null=True, blank=True)
    plan = models.CharField(max_length=16, blank=True)  # the item of the calendar it came from

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "number"], name="thread_number_in_community"
            )
        ]
        indexes = [
            models.Index(fields=["community", "-active_at", "-id"]),
            models.Index(fields=["community", "space", "-active_at", "-id"]),
            models.Index(fields=["community", "kind", "settled", "due_on"]),
            models.Index(fields=["community", "author", "-id"]),
            models.Index(
                fields=["announce_at"],
                condition=Q(announce_at__isnull=False),
                name="threads_to_announce",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community_id}#{self.number}"

    @property
    def held_back(self) -> bool:
        """Return whether it is open to some only, for now."""
        return self.embargo_until is not None and self.embargo_until > now()


class Post(models.Model):
    """One message of a thread: Markdown as written, and the safe HTML made of it once.

    A removed post keeps its place. One that its author took back has no words left; one that was
    removed under a rule keeps them for the author and for whoever judges it.
    """

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    # Found by thread and place; an index of the thread alone would only mislead PostgreSQL.
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages", db_index=False)
    place = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source = models.TextField()
    html = models.TextField()
    reply_to = models.PositiveIntegerField(default=0)  # a place in the same thread, 0 for none
    move = models.CharField(max_length=20, blank=True)  # the step of the thread it was written for
    client_id = models.CharField(max_length=40, blank=True)
    reactions = models.PositiveIntegerField(default=0)
    versions = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rule_id = models.CharField(max_length=40, blank=True)
    rule_title = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    label = models.CharField(max_length=200, blank=True)  # a rule that a decision put beside it
    measure = models.ForeignKey(
        "governance.Measure", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    attached = models.PositiveSmallIntegerField(default=0)
    polls = models.BooleanField(default=False)
    moved_to = models.PositiveIntegerField(default=0)  # the number of the thread it went to

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "place"], name="post_place_in_thread"),
            models.UniqueConstraint(
                fields=["author", "client_id"],
                condition=~Q(client_id=""),
                name="a_message_sent_twice_is_one",
            ),
        ]
        indexes = [models.Index(fields=["community", "author", "-id"])]

    def __str__(self) -> str:
        return f"{self.thread_id}/{self.place}"


class Revision(models.Model):
    """A post as it was before an edit."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120, blank=True)
    source = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="revision_number_of_post")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} v{self.number}"
