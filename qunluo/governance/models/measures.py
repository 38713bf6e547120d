"""Measures taken under a rule, and the appeals against measures and refusals."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Measure(models.Model):
    """What was decided about a member or what they wrote, under a rule; never deleted.

    The title of the rule is kept as it was, so that the public count stays readable. A takedown
    or a label is about a thing: type, number, path, and a copy of its words for who judges it.
    """

    class Kind(models.TextChoices):
        WARNING = "warning", "warning"
        SUSPENSION = "suspension", "suspension"
        REMOVAL = "removal", "removal"
        LABEL = "label", "label"
        TAKEDOWN = "takedown", "takedown"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="measures")
    membership = models.ForeignKey(
        "community.Membership", models.PROTECT, null=True, blank=True, related_name="measures"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    rule_id = models.CharField(max_length=40)
    rule_title = models.CharField(max_length=200)
    rules_number = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=400)
    target_type = models.CharField(max_length=6, blank=True)
    target_id = models.BigIntegerField(null=True, blank=True)
    path = models.CharField(max_length=200, blank=True)
    words = models.TextField(blank=True)
    until = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    taken_role = models.CharField(max_length=10, blank=True)  # as what they took it
    taken_at = models.DateTimeField()
    overturned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["community", "-id"]),
            models.Index(fields=["community", "person"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id} under {self.rule_id}"


class Appeal(models.Model):
    """One person's appeal against a measure or a refused application; one for each."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        GRANTED = "granted", "granted"
        DISMISSED = "dismissed", "dismissed"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="appeals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    measure = models.OneToOneField(
        Measure, models.PROTECT, null=True, blank=True, related_name="appeal"
    )
    application = models.OneToOneField(
        "community.Application", models.PROTECT, null=True, blank=True, related_name="appeal"
    )
    text = models.TextField(max_length=2000)
    filed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(measure=None) ^ Q(application=None), name="appeal_against_one_thing"
            )
        ]
        indexes = [models.Index(fields=["community", "state", "-id"])]

    def __str__(self) -> str:
        return f"{self.state} appeal of {self.person_id}"
