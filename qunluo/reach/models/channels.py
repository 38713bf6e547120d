"""Channels of a community, what is on its way through them, and what came in."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.kernel.ids import short_code, token, uuid7


class Channel(models.Model):
    """A way that carries messages out or brings them in; a removed one keeps its history.

    `setup` holds nothing secret; `secrets` are sealed. `key` is the digest of the secret address
    by which others reach it, `code` stands in the links that it carries. `author` wrote what it
    brought in, and stays when it goes.
    """

    community_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    job = models.CharField(max_length=8)
    active = models.BooleanField(default=False)
    setup = models.JSONField(default=dict)
    secrets = models.TextField(blank=True)
    key = models.CharField(max_length=64, unique=True, default=token)
    code = models.CharField(max_length=8, unique=True, default=short_code)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    memory = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True, blank=True)
    fails = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["community_id", "id"],
                condition=Q(removed_at=None),
                name="channels_of_community",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(active=True, due_at__isnull=False),
                name="channels_to_read",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


class ChannelSending(models.Model):
    """One message on its way through a channel; ids only, the words are looked up when it leaves.

    `to` is the id of a person where the channel reaches single people, else 0.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        DEAD = "dead", "dead"
        DROPPED = "dropped", "dropped"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="sendings")
    community_id = models.BigIntegerField()
    uid = models.UUIDField(default=uuid7, unique=True)
    event_id = models.BigIntegerField(default=0)  # 0: a trial
    to = models.BigIntegerField(default=0)
    what = models.CharField(max_length=10)
    thread_id = models.BigIntegerField(default=0)
    post_id = models.BigIntegerField(default=0)
    number = models.PositiveIntegerField(default=0)
    happened_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_status = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "event_id", "to"],
                condition=~Q(event_id=0),
                name="an_event_leaves_once_by_a_channel",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="waiting"), name="sendings_waiting"
            ),
            models.Index(fields=["channel", "-id"], name="sendings_of_channel"),
            models.Index(
                fields=["channel", "thread_id", "done_at"],
                condition=Q(state="sent"),
                name="sendings_that_arrived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} by {self.channel_id} ({self.state})"

    @property
    def message_id(self) -> str:
        """Return the id that receivers read; it stays the same at every try."""
        return f"msg_{self.uid.hex}"


class ChannelAttempt(models.Model):
    """One try to hand a message over: what the other side said."""

    sending = models.ForeignKey(ChannelSending, models.CASCADE, related_name="tries")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    status = models.PositiveIntegerField(default=0)
    millis = models.PositiveIntegerField(default=0)
    said = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["channel", "-at"], name="attempts_of_channel")]

    def __str__(self) -> str:
        return f"{self.sending_id}: {self.status}"


class ChannelArrival(models.Model):
    """Something that came in; its words are kept until they stand where they belong.

    `digest` tells a message that comes again; `thread_id` is what a reply answers.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        TAKEN = "taken", "taken"
        REFUSED = "refused", "refused"
        KNOWN = "known", "known"  # in a feed before we began to read it

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="arrivals")
    community_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    title = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    link = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=120, blank=True)
    thread_id = models.BigIntegerField(default=0)
    post_id = models.BigIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest"], name="it_arrives_once")
        ]
        indexes = [
            models.Index(fields=["channel", "-id"], name="arrivals_of_channel"),
            models.Index(fields=["person"], name="arrivals_of_person"),
            models.Index(
                fields=["channel", "id"], condition=Q(state="waiting"), name="arrivals_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]} by {self.channel_id} ({self.state})"


class ChannelBinding(models.Model):
    """Who somebody is in a channel that reaches single people; or the code that will say it."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="bindings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    code = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    address = models.TextField(blank=True)
    bound_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "person"], name="bound_once_in_a_channel"),
            models.UniqueConstraint(
                fields=["channel", "digest"],
                condition=~Q(digest=""),
                name="an_address_is_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.channel_id}"


class ChannelVisit(models.Model):
    """A member came by a link that a channel had carried in the days before."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="visits")
    community_id = models.BigIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    thread_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "person", "thread_id"], name="a_visit_counts_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} by {self.channel_id}"
