"""Where people talk."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Space(models.Model):
    """A place to talk; `type` is one of definitions/spaces.toml."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", "public"
        MEMBERS = "members", "members"
        GRANT = "grant", "grant"
        PEOPLE = "people", "people"  # those with a row in SpaceMember, and nobody else

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
    rules = models.TextField(blank=True)  # a small circle's own, beside those of the community
    listed = models.BooleanField(default=False)  # a circle on the map of cells, for all members
    pair = models.CharField(max_length=40, blank=True)  # "3-15": the one talk of two people
    advert_share = models.PositiveSmallIntegerField(default=0)  # per cent; 0: no adverts here
    advert_daily = models.PositiveSmallIntegerField(default=1)  # from one person
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
            models.UniqueConstraint(
                fields=["community", "pair"], condition=~Q(pair=""), name="one_talk_of_two"
            ),
            models.CheckConstraint(
                condition=Q(pair="") | Q(visibility="people"), name="a_talk_of_two_stays_theirs"
            ),
        ]
        indexes = [models.Index(fields=["community", "position", "id"])]

    def __str__(self) -> str:
        return self.name

    @property
    def private(self) -> bool:
        """Return whether only chosen people are in it; no permission opens such a space."""
        return self.visibility == Space.Visibility.PEOPLE

    @property
    def log_id(self) -> int | None:
        """Return the community in whose log stands what is said here; private talk is in none."""
        return None if self.private else self.community_id


class SpaceMember(models.Model):
    """Somebody who is in a private space; the host keeps its name and rules."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    host = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "person"], name="once_in_a_private_space")
        ]
        indexes = [models.Index(fields=["person", "space"], name="person_in_private_spaces")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.space_id}"


class Numbering(models.Model):
    """The number that the last thread of a community got; its row is the queue for the next."""

    community = models.OneToOneField("community.Community", models.CASCADE, related_name="+")
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.last} in {self.community_id}"


class CircleAsking(models.Model):
    """Somebody asks to be let into a circle on the map; `reason` is what its host answered."""

    class State(models.TextChoices):
        ASKED = "asked", "asked"
        ACCEPTED = "accepted", "accepted"
        REFUSED = "refused", "refused"
        WITHDRAWN = "withdrawn", "withdrawn"
        LAPSED = "lapsed", "lapsed"

    space = models.ForeignKey(Space, models.CASCADE, related_name="askings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    text = models.CharField(max_length=300)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "person"],
                condition=Q(state="asked"),
                name="asks_once_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["space", "state", "id"], name="askings_of_circle"),
            models.Index(fields=["person", "-id"], name="askings_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} to {self.space_id} ({self.state})"
