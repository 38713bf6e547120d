"""Events that failed for a reaction, and those of the same community that wait behind them."""

import logging
import traceback
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Min

from qunluo.kernel.clock import now
from qunluo.kernel.delivery.registry import Reaction
from qunluo.kernel.events import Event
from qunluo.kernel.models import EventRecord, ParkedEvent

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
LONGEST_WAIT = timedelta(hours=6)
State = ParkedEvent.State
Attempt = Callable[[Reaction, Event], Exception | None]


def stream_of(event: Event) -> int:
    """Return what must stay in order: the community, else the person, else everything."""
    return event.community_id or -(event.person_id or 0)


def delay(attempts: int) -> timedelta:
    """Return the wait before the next try: 2 s, 8 s, 32 s … 2 h 16 min; over 3 hours in all."""
    return min(timedelta(seconds=2 * 4 ** (attempts - 1)), LONGEST_WAIT)


def blocked_streams(reaction: Reaction) -> set[int]:
    """Return the streams in which something waits."""
    waiting = ParkedEvent.objects.filter(reaction=reaction.name, state=State.WAITING)
    return set(waiting.values_list("stream", flat=True).distinct())


def park(reaction: Reaction, event: Event, error: Exception | None) -> None:
    """Put an event aside: after an error for a later try, without one to wait its turn."""
    moment = now()
    ParkedEvent.objects.create(
        reaction=reaction.name,
        event_id=event.id or 0,
        community_id=event.community_id,
        stream=stream_of(event),
        attempts=1 if error else 0,
        next_try_at=moment + delay(1) if error else moment,
        error=_describe(error),
        parked_at=moment,
    )


def retry_one(reaction: Reaction, attempt: Attempt) -> bool:
    """Try the first due event among the heads of the streams; False when none is due."""
    waiting = ParkedEvent.objects.filter(reaction=reaction.name, state=State.WAITING)
    heads = waiting.values("stream").annotate(first=Min("pk")).values("first")
    row = waiting.filter(pk__in=heads, next_try_at__lte=now()).order_by("next_try_at", "pk").first()
    if row is None:
        return False
    error = attempt(reaction, EventRecord.objects.get(pk=row.event_id).to_event())
    row.attempts += 1
    if error is None:
        row.state, row.settled_at = State.DONE, now()
    elif row.attempts >= MAX_ATTEMPTS:
        row.state, row.error = State.DEAD, _describe(error)
        log.error("Gave up %s for event %s: %s", row.reaction, row.event_id, error)
    else:
        row.next_try_at, row.error = now() + delay(row.attempts), _describe(error)
    row.save()
    return True


def due_reactions() -> set[str]:
    """Return the reactions for which a parked event may be tried now."""
    due = ParkedEvent.objects.filter(state=State.WAITING, next_try_at__lte=now())
    return set(due.values_list("reaction", flat=True).distinct())


def _describe(error: Exception | None) -> str:
    if error is None:
        return ""
    return "".join(traceback.format_exception(error))[-4000:]
