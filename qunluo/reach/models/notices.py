"""What reached a person, and how they want to be reached."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from qunluo.reach.rules.hours import DIGEST_HOUR, QUIET_FROM, QUIET_TO


class Notice(models.Model):
    """Something that reached a person: one row for all that happens under a key until it is read.

    It holds ids and no words of others: what it is about is looked up again whenever it is shown
    or sent (ports.Subject), so that it says nothing to who may no longer know. `causes` are the
    events behind it, so that an event told twice counts once.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    community_id = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=16)
    what = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    subject = models.CharField(max_length=16, blank=True)
    subject_id = models.BigIntegerField(default=0)
    place = models.PositiveIntegerField(default=0)
    scopes = models.JSONField(default=list)
    words = models.JSONField(default=dict)
    path = models.CharField(max_length=200, blank=True)
    actors = models.JSONField(default=list)
    causes = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=1)
    quiet = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True)
    push_at = models.DateTimeField(null=True, blank=True)
    for_digest = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "key"], condition=Q(read_at=None), name="one_unread_notice_a_key"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "-at", "-id"], name="notices_of_person"),
            models.Index(
                fields=["person"], condition=Q(read_at=None, quiet=False), name="notices_that_ring"
            ),
            models.Index(
                fields=["person", "subject", "subject_id"],
                condition=Q(read_at=None),
                name="notices_about",
            ),
            models.Index(
                fields=["mail_at"], condition=Q(mail_at__isnull=False), name="notices_to_mail"
            ),
            models.Index(
                fields=["push_at"], condition=Q(push_at__isnull=False), name="notices_to_push"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} for {self.person_id} ({self.count})"


class Wish(models.Model):
    """What a person wants in one scope for one reason; what is empty says nothing."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wishes_how")
    scope = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=16, blank=True)
    mail = models.CharField(max_length=8, blank=True)
    push = models.BooleanField(null=True, blank=True)
    muted = models.BooleanField(null=True, blank=True)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "wishes"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "scope", "reason"], name="one_wish_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.scope or 'everything'}: {self.mail}"


class Rhythm(models.Model):
    """The hours of a person, in their time zone, and when their next digest is due."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    quiet_from = models.PositiveSmallIntegerField(default=QUIET_FROM)
    quiet_to = models.PositiveSmallIntegerField(default=QUIET_TO)
    digest_hour = models.PositiveSmallIntegerField(default=DIGEST_HOUR)
    digest_since = models.DateTimeField(null=True, blank=True)
    digest_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    digest_last_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"hours of {self.person_id}"
