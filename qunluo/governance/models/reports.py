"""What members report and what the words lists hold, waiting for somebody to decide."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Case(models.Model):
    """Everything that was said against one thing; one open case for each, however many report it.

    Governance knows the thing only by type, number and author, and keeps a copy as evidence: of
    a talk between two it is the only part that operators read.
    """

    class Source(models.TextChoices):
        REPORT = "report", "report"
        CHECK = "check", "check"

    class State(models.TextChoices):
        OPEN = "open", "open"
        DECIDED = "decided", "decided"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="cases")
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.REPORT)
    target_type = models.CharField(max_length=6)
    target_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    path = models.CharField(max_length=200, blank=True)
    private = models.BooleanField(default=False)
    evidence = models.JSONField(default=list, blank=True)
    category = models.CharField(max_length=20, blank=True)
    found = models.CharField(max_length=200, blank=True)  # the word that a list holds back
    plea = models.CharField(max_length=400, blank=True)  # what the author says to it
    reports = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    turn_at = models.DateTimeField()  # earlier for each further report: the order of the queue
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=10, blank=True)
    measure = models.ForeignKey(
        "governance.Measure", models.SET_NULL, null=True, blank=True, related_name="cases"
    )
    reason = models.CharField(max_length=400, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "target_type", "target_id"],
                condition=Q(state="open"),
                name="one_open_case_about_a_thing",
            )
        ]
        indexes = [
            models.Index(fields=["community", "state", "turn_at", "id"]),
            models.Index(fields=["author"]),
        ]

    def __str__(self) -> str:
        return f"{self.state} case about {self.target_type} {self.target_id}"


class Report(models.Model):
    """What one member says against a thing, under which rule."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="said")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    rule_id = models.CharField(max_length=40, blank=True)
    rule_title = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "reporter"], name="one_report_each_of_a_case")
        ]
        indexes = [models.Index(fields=["reporter", "-id"])]

    def __str__(self) -> str:
        return f"report of {self.reporter_id} in {self.case_id}"
