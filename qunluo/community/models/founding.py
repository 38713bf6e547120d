"""What founders promise: the one goal, the change they want, and who founds with them."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class OperatingGoal(models.Model):
    """The one goal everything is run for; a row exists only once it is confirmed, and then stays.

    The database refuses any change (see migration 0002): the goal is locked, the methods are free.
    """

    community = models.OneToOneField("community.Community", models.CASCADE, related_name="goal")
    statement = models.CharField(max_length=200, blank=True)
    metric = models.CharField(max_length=80)
    target = models.BigIntegerField()
    due_on = models.DateField()
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.target} {self.metric} by {self.due_on}"


class GoalAmendment(models.Model):
    """What a vote of the members made of the goal; the one with the highest number counts.

    A row is as locked as the goal it follows.
    """

    community = models.ForeignKey(
        "community.Community", models.CASCADE, related_name="goal_amendments"
    )
    number = models.PositiveIntegerField()
    statement = models.CharField(max_length=200, blank=True)
    metric = models.CharField(max_length=80)
    target = models.BigIntegerField()
    due_on = models.DateField()
    vote_id = models.BigIntegerField()  # the vote that decided it; its room knows the ballots
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "number"], name="goal_amendment_number_in_community"
            ),
            models.UniqueConstraint(
                fields=["community", "vote_id"], name="one_goal_amendment_by_a_vote"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.metric} by {self.due_on} (vote {self.vote_id})"


class Pledge(models.Model):
    """A member's counted promise towards the change the community wants (F21)."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="pledges")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    action = models.CharField(max_length=120)
    count = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person"],
                condition=Q(withdrawn_at=None),
                name="one_live_pledge",
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="pledge_counts_something"),
        ]
        indexes = [models.Index(fields=["community", "-id"])]

    def __str__(self) -> str:
        return f"{self.count} {self.action}"


class CofounderOffer(models.Model):
    """An offer to found together: a shared charter and an agreed split (F15)."""

    community = models.ForeignKey(
        "community.Community", models.CASCADE, related_name="cofounder_offers"
    )
    code = models.CharField(max_length=32, unique=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    terms = models.CharField(max_length=400)
    share_percent = models.PositiveSmallIntegerField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__gte=0, share_percent__lte=100),
                name="cofounder_share_is_a_percentage",
            )
        ]

    def __str__(self) -> str:
        return f"{self.share_percent} % of {self.community_id}"
