"""How far each reaction has read, and what waits for another try."""

from django.db import models


class ReactionCursor(models.Model):
    """Everything up to (xid, event_id) was handed to this reaction, or is parked.

    It moves in the transaction of the reaction's own writes: that makes it the receipt.
    """

    reaction = models.CharField(max_length=120, primary_key=True)
    xid = models.BigIntegerField()
    event_id = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        """Nothing special."""

    def __str__(self) -> str:
        """Return the reaction and its place."""
        return f"{self.reaction} @ {self.xid}/{self.event_id}"


class ParkedEvent(models.Model):
    """An event that failed for one reaction, or waits behind such a one of its stream."""

    class State(models.TextChoices):
        """Waiting for a try, given up, or settled; settled rows are the receipts of replays."""

        WAITING = "waiting"
        DEAD = "dead"
        DONE = "done"
        DISCARDED = "discarded"

    id = models.BigAutoField(primary_key=True)
    reaction = models.CharField(max_length=120)
    event = models.ForeignKey("kernel.EventRecord", on_delete=models.DO_NOTHING, related_name="+")
    community_id = models.BigIntegerField(null=True)
    # What must stay in order: the community, else minus the person, else 0.
    stream = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.TextField(blank=True)
    parked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        """One row per reaction and event."""

        constraints = (models.UniqueConstraint(fields=("reaction", "event"), name="parked_once"),)
        indexes = (
            models.Index(
                fields=("reaction", "stream", "id"),
                condition=models.Q(state="waiting"),
                name="parked_waiting",
            ),
            models.Index(
                fields=("community_id", "id"), condition=models.Q(state="dead"), name="parked_dead"
            ),
        )

    def __str__(self) -> str:
        """Return reaction, event and state."""
        return f"{self.reaction} {self.event_id} {self.state}"


class WorkerBeat(models.Model):
    """A worker that is, or was, alive."""

    name = models.CharField(max_length=120, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        """Nothing special."""

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Origin(models.Model):
    """The PostgreSQL cluster whose transaction numbers the log holds; changes after a restore."""

    key = models.CharField(max_length=40, primary_key=True)
    value = models.CharField(max_length=80)

    class Meta:
        """Nothing special."""

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.key}={self.value}"
