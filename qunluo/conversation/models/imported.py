"""Who wrote the messages that came from another chat, until they say that it was they."""

from django.conf import settings
from django.db import models

from qunluo.kernel.ids import token


class ImportedAuthor(models.Model):
    """A name in an imported chat; `stand_in` wrote for it until somebody claims it.

    The claim code is a secret: whoever holds it is taken for the person behind the name.
    """

    community = models.ForeignKey(
        "community.Community", models.CASCADE, related_name="imported_authors"
    )
    space = models.ForeignKey("conversation.Space", models.CASCADE, related_name="imported_authors")
    name = models.CharField(max_length=60)
    stand_in = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40, unique=True, default=token)
    messages = models.PositiveIntegerField(default=0)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "name"], name="imported_name_once_in_a_room")
        ]
        indexes = [models.Index(fields=["space", "-messages", "id"])]

    def __str__(self) -> str:
        return f"{self.name} in {self.space_id}"
