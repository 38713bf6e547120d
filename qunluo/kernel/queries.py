"""Reading the log, the dead letters and the state of the workers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from qunluo.kernel import events
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import log
from qunluo.kernel.delivery.registry import REACTIONS
from qunluo.kernel.errors import NotFound
from qunluo.kernel.events import Event
from qunluo.kernel.models import EventRecord, ParkedEvent, ReactionCursor, ScheduledJob, WorkerBeat

COLUMNS = ("name", "data", "community_id", "actor_id", "person_id", "id", "at")


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that was given up after its last try."""

    id: int
    reaction: str
    event: Event
    attempts: int
    error: str
    parked_at: datetime


def events_of(
    community_id: int,
    *,
    names: Iterable[str] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[Event]:
    """Return the newest events of a community, of some kinds only when names are given."""
    found = EventRecord.objects.filter(community_id=community_id)
    if wanted := list(names):
        found = found.filter(name__in=wanted)
    return _newest(found, before, limit)


def events_about(
    person_id: int, community_id: int | None, *, before: int | None = None, limit: int = 50
) -> list[Event]:
    """Return the newest events about a person or done by them; None means in any community."""
    found = EventRecord.objects.filter(Q(person_id=person_id) | Q(actor_id=person_id))
    if community_id is not None:
        found = found.filter(community_id=community_id)
    return _newest(found, before, limit)


def audit_log(
    community_id: int | None, *, before: int | None = None, limit: int = 50
) -> list[Event]:
    """Return the newest operator acts of a community; None means those of the installation."""
    return _newest(EventRecord.objects.filter(community_id=community_id, audit=True), before, limit)


def get_event(event_id: int) -> Event:
    """Return one event; NotFound."""
    row = EventRecord.objects.filter(pk=event_id).values(*COLUMNS).first()
    if row is None:
        raise NotFound
    return events.restore(**row)


def dead_letters(
    community_id: int | None = None, *, before: int | None = None, limit: int = 50
) -> list[DeadLetter]:
    """Return the newest dead letters, of one community or (None) of all."""
    found = ParkedEvent.objects.filter(state=ParkedEvent.State.DEAD).select_related("event")
    if community_id is not None:
        found = found.filter(community_id=community_id)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [
        DeadLetter(
            row.pk, row.reaction, row.event.to_event(), row.attempts, row.error, row.parked_at
        )
        for row in found.order_by("-pk")[:limit]
    ]


@dataclass(frozen=True)
class WorkerState:
    """What `qunluo check` and the operator want to know about background work."""

    alive: bool
    seen_at: datetime | None
    behind: int
    waiting: int
    dead: int
    failing_jobs: tuple[str, ...]


def worker_state(*, within: timedelta = timedelta(seconds=60)) -> WorkerState:
    """Return whether a worker lives, and how many deliveries are due, parked or dead."""
    seen = WorkerBeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    failing = ScheduledJob.objects.filter(attempts__gt=0).order_by("name", "key")
    return WorkerState(
        alive=bool(seen and seen > now() - within),
        seen_at=seen,
        behind=sum(_behind(cursor) for cursor in ReactionCursor.objects.all()),
        waiting=ParkedEvent.objects.filter(state=ParkedEvent.State.WAITING).count(),
        dead=ParkedEvent.objects.filter(state=ParkedEvent.State.DEAD).count(),
        failing_jobs=tuple(str(job) for job in failing),
    )


def _behind(cursor: ReactionCursor) -> int:
    """Return how many events a reaction has still to get."""
    reaction = REACTIONS.get(cursor.reaction)
    if reaction is None:
        return 0
    return log.count(log.Place(cursor.xid, cursor.event_id), reaction.events)


def _newest(found: "QuerySet[EventRecord]", before: int | None, limit: int) -> list[Event]:
    if before is not None:
        found = found.filter(pk__lt=before)
    return [events.restore(**row) for row in found.order_by("-pk").values(*COLUMNS)[:limit]]


def daily_counts(
    community_id: int, names: Iterable[str], *, since: date
) -> dict[tuple[str, date], int]:
    """Return how often each of these events happened in a community by (name, UTC day)."""
    start = datetime.combine(since, time(), UTC)
    found = EventRecord.objects.filter(
        community_id=community_id, name__in=list(names), at__gte=start
    )
    rows = found.annotate(day=TruncDate("at", tzinfo=UTC)).values_list("name", "day")
    return {(name, day): n for name, day, n in rows.annotate(n=Count("pk")).order_by("name", "day")}
