"""One member, one vote; there is no weight anywhere in these tables."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q


def any_number() -> int:
    """Return a number that says nothing about when it was drawn."""
    return secrets.randbelow(2**62) + 1


class Vote(models.Model):
    """A question to everybody who was a member when it was put, and what binds when it passes."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        CLOSED = "closed", "closed"

    class Outcome(models.TextChoices):
        PASSED = "passed", "passed"
        FAILED = "failed", "failed"
        QUORUM = "quorum", "quorum"
        CHOSEN = "chosen", "chosen"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="votes")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    question = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    options = models.JSONField(default=list, blank=True)  # empty: yes, no or abstain
    secret = models.BooleanField(default=True)
    quorum = models.PositiveSmallIntegerField()  # per cent of the electorate
    majority = models.PositiveSmallIntegerField(default=50)  # more than this per cent of yes and no
    thread_number = models.PositiveIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    electorate = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    chosen = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    task = models.CharField(max_length=300, blank=True)
    task_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    task_due_on = models.DateField(null=True, blank=True)
    task_done_at = models.DateTimeField(null=True, blank=True)
    task_note = models.CharField(max_length=400, blank=True)
    goal = models.JSONField(null=True, blank=True)  # what a yes makes the one goal, if it does

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "thread_number"],
                condition=Q(state="open", thread_number__isnull=False),
                name="one_open_vote_on_a_proposal",
            ),
            models.UniqueConstraint(
                fields=["community"],
                condition=Q(state="open", goal__isnull=False),
                name="one_open_vote_on_the_goal",
            ),
            models.CheckConstraint(
                condition=Q(quorum__lte=100, majority__gte=50, majority__lt=100),
                name="vote_thresholds_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"]),
            models.Index(fields=["state", "closes_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.state} vote {self.pk}"


class Voter(models.Model):
    """Somebody who may vote, and whether they have; never how."""

    vote = models.ForeignKey(Vote, models.CASCADE, related_name="voters")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    voted = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vote", "person"], name="one_voter_each")]
        indexes = [models.Index(fields=["person", "voted"])]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.vote_id}"


class Ballot(models.Model):
    """One choice. In a secret vote nothing leads to a person: no name, no time, no order."""

    id = models.BigIntegerField(primary_key=True, default=any_number, editable=False)
    vote = models.ForeignKey(Vote, models.CASCADE, related_name="ballots")
    choice = models.CharField(max_length=10)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.choice} in {self.vote_id}"
