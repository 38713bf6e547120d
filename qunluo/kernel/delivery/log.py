"""Reading the event log in an order that never skips.

SQLite has one writer, so ids commit in order. On PostgreSQL a transaction may take an id early
and commit late: a cursor over ids alone would pass it by. So events are ordered by (xid, id),
where xid is the writing transaction, and read only below the oldest transaction still running:
whatever commits later comes after that line.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from qunluo.kernel import events
from qunluo.kernel.events import Event


class Place(NamedTuple):
    """A place in the log: the writing transaction (0 on SQLite) and the event id."""

    xid: int
    id: int


START = Place(-(2**62), 0)
BETWEEN = "(xid, id) > (%s, %s) AND (xid, id) <= (%s, %s) AND NOT imported"
READ = f"""SELECT xid, id, name, data, community_id, actor_id, person_id, at
FROM kernel_eventrecord WHERE {BETWEEN} AND name IN ({{names}}) ORDER BY xid, id LIMIT %s"""  # noqa: S608
NAMES = f"SELECT DISTINCT name FROM kernel_eventrecord WHERE {BETWEEN}"  # noqa: S608
LAST = "SELECT xid, id FROM kernel_eventrecord ORDER BY xid DESC, id DESC LIMIT 1"
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0"


def settled(*, own: bool = False) -> Place:
    """Return the place up to which nothing can appear any more.

    With `own` it is the last event that this transaction sees; for tests and for a demo that
    nobody else writes to.
    """
    with connection.cursor() as cursor:
        cursor.execute(LAST if own or connection.vendor == "sqlite" else HORIZON)
        row = cursor.fetchone()
    return Place(*row) if row else START


def read(after: Place, upto: Place, names: Iterable[str], most: int) -> list[tuple[Place, Event]]:
    """Return the events of some names in (after, upto], at most so many, in order."""
    wanted = list(names)
    sql = READ.format(names=", ".join(["%s"] * len(wanted)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*after, *upto, *wanted, most])
        rows = cursor.fetchall()
    return [(Place(row[0], row[1]), _event(row)) for row in rows]


def names_between(after: Place, upto: Place) -> set[str]:
    """Return which events happened in (after, upto]."""
    if after >= upto:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [*after, *upto])
        return {name for (name,) in cursor.fetchall()}


def _event(row: tuple[Any, ...]) -> Event:
    _xid, pk, name, data, community_id, actor_id, person_id, at = row
    return events.restore(
        name,
        json.loads(data) if isinstance(data, str) else data,
        id=pk,
        community_id=community_id,
        actor_id=actor_id,
        person_id=person_id,
        at=_aware(at),
    )


def _aware(at: datetime | str) -> datetime:
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
