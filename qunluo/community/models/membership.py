"""Who belongs, who asked to, and what each holds."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Membership(models.Model):
    """A person in a community; kept after leaving, so that history stays intact."""

    class Status(models.TextChoices):
        ACTIVE = "active", "active"
        LEFT = "left", "left"
        REMOVED = "removed", "removed"

    class Via(models.TextChoices):
        FOUNDING = "founding", "founding"
        OPEN = "open", "open"
        QUESTIONS = "questions", "questions"
        VETTING = "vetting", "vetting"
        INVITATION = "invitation", "invitation"
        FEE = "fee", "fee"
        IMPORT = "import", "import"
        CODE = "code", "code"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    via = models.CharField(max_length=12, choices=Via.choices)
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    label_claim = models.CharField(max_length=6, blank=True)  # have | want (F04)
    rules_number = models.PositiveIntegerField(default=0)
    charter_number = models.PositiveIntegerField(default=0)  # read and shared on joining (F09)
    joined_at = models.DateTimeField()
    last_active_on = models.DateField()
    suspended_until = models.DateTimeField(null=True, blank=True)
    paid_until = models.DateTimeField(null=True, blank=True)  # None: came without a fee
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="member_number"),
            models.UniqueConstraint(
                fields=["community", "person"],
                condition=Q(status="active"),
                name="one_active_membership",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "status", "-joined_at", "-id"]),
            models.Index(fields=["community", "status", "last_active_on"]),
            models.Index(
                fields=["paid_until"],
                condition=Q(status="active", paid_until__isnull=False),
                name="memberships_paid_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community_id}#{self.number}"


class Application(models.Model):
    """A request to join, with the answers given and the decision taken."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ACCEPTED = "accepted", "accepted"
        REFUSED = "refused", "refused"
        WITHDRAWN = "withdrawn", "withdrawn"

    community = models.ForeignKey(
        "community.Community", models.CASCADE, related_name="applications"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked = models.JSONField(default=dict)  # {id: text}: the charter may ask otherwise tomorrow
    answers = models.JSONField(default=dict)
    criterion_claim = models.TextField(blank=True)
    criterion_verified = models.BooleanField(default=False)
    scope_warning = models.CharField(max_length=200, blank=True)
    label_claim = models.CharField(max_length=6, blank=True)
    rules_number = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=400, blank=True)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person"],
                condition=Q(state="waiting"),
                name="one_waiting_application",
            )
        ]
        indexes = [models.Index(fields=["community", "state", "-id"])]

    def __str__(self) -> str:
        return f"{self.community_id}: {self.state} application {self.pk}"


class Grant(models.Model):
    """What a person holds in a community and until when: a role, badge, pass, tier or seat."""

    class Kind(models.TextChoices):
        ROLE = "role", "role"
        BADGE = "badge", "badge"
        PASS = "pass", "pass"
        TIER = "tier", "tier"
        SEAT = "seat", "seat"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="grants")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    name = models.CharField(max_length=40)
    source = models.CharField(max_length=60)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person", "kind", "name"],
                condition=Q(revoked_at=None),
                name="one_live_grant",
            ),
            models.UniqueConstraint(
                fields=["community"],
                condition=Q(kind="seat", name="cco", revoked_at=None),
                name="one_cco_seat",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "person", "kind"]),
            models.Index(
                fields=["expires_at"],
                condition=Q(revoked_at=None, expires_at__isnull=False),
                name="grants_that_will_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} of {self.person_id}"
