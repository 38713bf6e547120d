"""Invitations: a code that lets somebody in, and who used it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Invitation(models.Model):
    """A code with a purpose, a number of places and an end.

    `used` only moves through a conditional update; the check constraint is the last word.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", "member"
        FOUNDING = "founding100", "founding100"
        CUSTOMER = "customer", "customer"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="invitations")
    code = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.MEMBER)
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    customer = models.ForeignKey(
        "growth.Customer", models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    contact = models.ForeignKey(
        "growth.FoundingContact", models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    batch = models.ForeignKey(
        "growth.InviteBatch", models.SET_NULL, null=True, blank=True, related_name="invitations"
    )
    max_uses = models.PositiveIntegerField(default=1)
    used = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used__lte=F("max_uses")), name="invitation_not_overused"
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(revoked_at=None, customer__isnull=False),
                name="one_live_invitation_per_customer",
            ),
        ]
        indexes = [models.Index(fields=["community", "inviter", "-id"])]

    def __str__(self) -> str:
        return f"{self.code} ({self.kind})"


class InvitationUse(models.Model):
    """Somebody came by an invitation; kept for the attribution of inviter and channel."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="uses")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    membership = models.ForeignKey(
        "community.Membership", models.CASCADE, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "person"], name="an_invitation_serves_a_person_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} by {self.invitation_id}"


class InviterAllowance(models.Model):
    """How many places a member has handed out, against the quota of the community (G04)."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    taken = models.PositiveIntegerField(default=0)
    extra = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "person"], name="one_allowance_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.taken} places of {self.person_id}"


class GrowthPolicy(models.Model):
    """The numbers of a community that growth works with; every one has a default (†)."""

    community = models.OneToOneField("community.Community", models.CASCADE, related_name="+")
    member_quota = models.PositiveIntegerField(default=10)
    invitation_days = models.PositiveIntegerField(default=30)
    dormant_days = models.PositiveIntegerField(default=90)
    reactivation_days = models.PositiveIntegerField(default=90)
    phone_region = models.CharField(max_length=2, default="CN")

    def __str__(self) -> str:
        return f"growth policy of {self.community_id}"
