"""What was done, linked to the value that it shows."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Act(models.Model):
    """Something that happened here and shows a value of the charter, in one sentence.

    Governance knows the thing only by type, number and path. The value is kept as it read then;
    an act of one that the charter no longer names stays in the log.
    """

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="acts")
    value = models.CharField(max_length=60)
    sentence = models.CharField(max_length=200)
    target_type = models.CharField(max_length=6)
    target_id = models.BigIntegerField(null=True)
    path = models.CharField(max_length=200)
    doer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    linked_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    measure = models.ForeignKey(
        "governance.Measure", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "value", "target_type", "target_id"],
                condition=Q(withdrawn_at=None),
                name="an_act_shows_a_value_once",
            )
        ]
        indexes = [
            models.Index(fields=["community", "value", "-id"]),
            models.Index(fields=["doer"]),
            models.Index(fields=["linked_by", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.target_type} {self.target_id} for {self.value}"

    @property
    def own(self) -> bool:
        """Return whether somebody linked what they did themselves."""
        return self.doer_id == self.linked_by_id


class ActSecond(models.Model):
    """Somebody saw it too and stands behind the sentence."""

    act = models.ForeignKey(Act, models.CASCADE, related_name="seconded")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "person"], name="one_second_each_of_an_act")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} behind {self.act_id}"
