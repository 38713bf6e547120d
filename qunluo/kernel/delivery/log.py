"""Reading the event log in an order that never skips.

SQLite has one writer, so ids commit in order. On PostgreSQL a transaction may take an id early
and commit late: a cursor over ids alone would pass it by. So events are ordered by (xid, id),
where xid is the writing transaction, and read only below the oldest transaction still running:
whatever commits later comes after that line.
"""

import json
from collections.abc import Iterable, Sequence
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
END = Place(2**62, 2**62)
# SQLite needs no index by xid, which is always 0 there: every index costs a page per commit.
BETWEEN = {
    "sqlite": "id > %s AND id <= %s AND NOT imported",
    "postgresql": "(xid, id) > (%s, %s) AND (xid, id) <= (%s, %s) AND NOT imported",
}
READ = """SELECT xid, id, name, data, community_id, actor_id, person_id, at
FROM kernel_eventrecord WHERE {between} AND name IN ({names}) ORDER BY {order} LIMIT %s"""
NAMES = "SELECT DISTINCT name FROM kernel_eventrecord WHERE {between}"
COUNT = "SELECT count(*) FROM kernel_eventrecord WHERE {between} AND name IN ({names})"
LAST = {
    "sqlite": "SELECT xid, id FROM kernel_eventrecord ORDER BY id DESC LIMIT 1",
    "postgresql": "SELECT xid, id FROM kernel_eventrecord ORDER BY xid DESC, id DESC LIMIT 1",
}
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0"


def settled(*, own: bool = False) -> Place:
    """Return the place up to which nothing can appear any more.

    With `own` it is the last event that this transaction sees; for tests and for a demo that
    nobody else writes to.
    """
    last = own or connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(LAST[connection.vendor] if last else HORIZON)
        row = cursor.fetchone()
    return Place(*row) if row else START


def read(after: Place, upto: Place, names: Iterable[str], most: int) -> list[tuple[Place, Event]]:
    """Return the events of some names in (after, upto], at most so many, in order."""
    wanted = list(names)
    order = "id" if connection.vendor == "sqlite" else "xid, id"
    rows = _rows(READ, after, upto, wanted, [most], order=order)
    return [(Place(row[0], row[1]), _event(row)) for row in rows]


def count(after: Place, names: Iterable[str]) -> int:
    """Return how many events of some names come after a place."""
    return int(_rows(COUNT, after, END, list(names))[0][0])


def names_between(after: Place, upto: Place) -> set[str]:
    """Return which events happened in (after, upto]."""
    if after >= upto:
        return set()
    return {name for (name,) in _rows(NAMES, after, upto)}


def _rows(  # the only place that builds SQL here: from the constants above, never from data
    sql: str,
    after: Place,
    upto: Place,
    names: Sequence[str] = (),
    more: Sequence[Any] = (),
    order: str = "",
) -> list[tuple[Any, ...]]:
    vendor = connection.vendor
    places = [after.id, upto.id] if vendor == "sqlite" else [*after, *upto]
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.format(between=BETWEEN[vendor], names=marks, order=order),
            [*places, *names, *more],
        )
        return list(cursor.fetchall())


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
