"""The founding-100 programme: contact by contact, a hundred seats, and the KOL list beside it."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class FoundingContact(models.Model):
    """Somebody we want among the first hundred (or among the KOLs), and why (F23)."""

    class List(models.TextChoices):
        FOUNDING = "founding", "founding"
        KOL = "kol", "kol"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    list = models.CharField(max_length=8, choices=List.choices, default=List.FOUNDING)
    name = models.CharField(max_length=80)
    contact = models.CharField(max_length=120, blank=True)
    why = models.CharField(max_length=300)
    seat = models.PositiveSmallIntegerField(null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    added_at = models.DateTimeField()
    seated_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "list", "seat"],
                condition=Q(seat__isnull=False),
                name="a_founding_seat_has_one_holder",
            ),
            models.UniqueConstraint(
                fields=["community", "list", "person"],
                condition=Q(person__isnull=False),
                name="a_person_has_one_founding_seat",
            ),
            models.CheckConstraint(
                condition=Q(seat__isnull=True) | Q(seat__gte=1, seat__lte=100),
                name="founding_seats_1_to_100",
            ),
        ]
        indexes = [models.Index(fields=["community", "list", "-id"])]

    def __str__(self) -> str:
        return self.name


class OutreachEntry(models.Model):
    """One time we reached out to a contact: how, what was said, what came of it."""

    class Outcome(models.TextChoices):
        SENT = "sent", "sent"
        TALKED = "talked", "talked"
        INTERESTED = "interested", "interested"
        DECLINED = "declined", "declined"
        NO_ANSWER = "no_answer", "no_answer"

    contact = models.ForeignKey(FoundingContact, models.CASCADE, related_name="outreach")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.text}"
