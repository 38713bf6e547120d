"""What a community checks before something appears, and who has earned more room."""

from django.conf import settings
from django.db import models


class CheckSettings(models.Model):
    """The categories that a community does not check, and the words of its own list."""

    community = models.OneToOneField("community.Community", models.CASCADE, related_name="+")
    off = models.JSONField(default=list, blank=True)
    words = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checks of {self.community_id}"


class Trust(models.Model):
    """A member has earned by behaviour what newcomers may not yet; nobody gives or takes it."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    earned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "person"], name="trust_is_earned_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.community_id}"
