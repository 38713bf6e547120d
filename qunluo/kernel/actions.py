"""What an operator can do about failed deliveries."""

from datetime import timedelta
from typing import Protocol

from qunluo.kernel.clock import now
from qunluo.kernel.delivery.parked import MAX_ATTEMPTS
from qunluo.kernel.errors import Conflict, NotFound
from qunluo.kernel.events import DeadLetterDiscarded, DeadLetterReplayed
from qunluo.kernel.models import ParkedEvent
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

KEEP_RECEIPTS = timedelta(days=30)
State = ParkedEvent.State


class HasId(Protocol):
    """A person, as far as the kernel knows one."""

    @property
    def pk(self) -> int:
        """Return the id."""


class NotDead(Conflict):
    """The delivery is no longer a dead letter."""

    code = "kernel.not_dead"
    message = _("This delivery has already been replayed or discarded.")
    next_step = _("Load the list again.")


@write_tx
def replay_dead_letter(*, actor: HasId, letter: int, community_id: int | None = None) -> None:
    """Try a dead letter once more, soon; NotFound, NotDead.

    Give community_id when the actor may act in that community only.
    """
    row = _take(letter, community_id, State.WAITING)
    # One try is left: a second failure makes it dead again without holding up its community.
    row.attempts, row.next_try_at = MAX_ATTEMPTS - 1, now()
    row.save()
    publish(
        DeadLetterReplayed(
            actor_id=actor.pk,
            community_id=row.community_id,
            reaction=row.reaction,
            event_id=row.event_id,
        )
    )


@write_tx
def discard_dead_letter(*, actor: HasId, letter: int, community_id: int | None = None) -> None:
    """Give a dead letter up for good; NotFound, NotDead."""
    row = _take(letter, community_id, State.DISCARDED)
    row.settled_at = now()
    row.save()
    publish(
        DeadLetterDiscarded(
            actor_id=actor.pk,
            community_id=row.community_id,
            reaction=row.reaction,
            event_id=row.event_id,
        )
    )


def forget_settled() -> int:
    """Delete the receipts of replays that nobody will repeat; return how many."""
    with write_tx():
        old = ParkedEvent.objects.filter(settled_at__lte=now() - KEEP_RECEIPTS)
        return old.delete()[0]


def _take(letter: int, community_id: int | None, state: str) -> ParkedEvent:
    """Move a dead letter to another state; the conditional update decides between two operators."""
    found = ParkedEvent.objects.filter(pk=letter)
    if community_id is not None:
        found = found.filter(community_id=community_id)
    taken = found.filter(state=State.DEAD).update(state=state)
    row = found.first()
    if row is None:
        raise NotFound
    if not taken:
        raise NotDead
    return row
