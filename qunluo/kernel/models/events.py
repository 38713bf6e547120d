"""The event log."""

from django.db import models

from qunluo.kernel.events import Event, restore


class EventRecord(models.Model):
    """One fact, written once; triggers refuse every change.

    Ids of people and communities are plain numbers: history outlives the rows it speaks of.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    name = models.CharField(max_length=80)
    community_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    audit = models.BooleanField(default=False)
    # History that came with an archive: shown like any other event, but nothing reacts to it.
    imported = models.BooleanField(default=False)
    # The writing transaction on PostgreSQL, where ids become visible out of order; 0 on SQLite.
    xid = models.BigIntegerField(default=0)

    class Meta:
        """Indexes for feeds by community and person and for the audit log.

        Delivery reads by (xid, id): PostgreSQL has an index for that, made in 0002_guards.
        """

        ordering = ("id",)
        indexes = (
            models.Index(fields=("community_id", "id"), name="event_community"),
            models.Index(
                fields=("person_id", "id"),
                condition=models.Q(person_id__isnull=False),
                name="event_person",
            ),
            models.Index(
                fields=("actor_id", "id"),
                condition=models.Q(actor_id__isnull=False),
                name="event_actor",
            ),
            models.Index(
                fields=("community_id", "id"), condition=models.Q(audit=True), name="event_audit"
            ),
        )

    def __str__(self) -> str:
        """Return id and name."""
        return f"{self.pk} {self.name}"

    def to_event(self) -> Event:
        """Return the event that this row holds."""
        return restore(
            self.name,
            self.data,
            id=self.pk,
            at=self.at,
            community_id=self.community_id,
            actor_id=self.actor_id,
            person_id=self.person_id,
        )
