"""Publishing: the event is written in the transaction of the change it reports."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from qunluo.kernel.clock import now
from qunluo.kernel.events import Event
from qunluo.kernel.ids import uuid7

CHANNEL = "qunluo_events"
COLUMNS = "uid, name, community_id, actor_id, person_id, data, at, audit, imported, xid"
INSERT = f"INSERT INTO kernel_eventrecord ({COLUMNS}) VALUES "  # noqa: S608
ROW = {
    "sqlite": "(%s,%s,%s,%s,%s,%s,%s,%s,%s,0)",
    "postgresql": "(%s,%s,%s,%s,%s,%s::jsonb,%s,%s,%s,pg_current_xact_id()::text::bigint)",
}
# The notice to listeners leaves with the commit, once per transaction.
NOTICE = {"sqlite": "", "postgresql": f" RETURNING id, pg_notify('{CHANNEL}', '')"}


class NotInTransaction(RuntimeError):
    """An event was published outside a transaction: it could be lost, or report what never was."""


def publish(event: Event) -> int:
    """Write an event into the log and return its id; only inside write_tx."""
    return publish_all([event])


def publish_all(events: Sequence[Event]) -> int:
    """Write at least one event by one statement, in order; return the last id. In write_tx only."""
    if not connection.in_atomic_block:
        raise NotInTransaction(f"Publish {events[0].name} inside `write_tx`.")
    moment, vendor = now(), connection.vendor
    rows = [_row(uuid7(), event, event.at or moment, imported=False) for event in events]
    places = ", ".join([ROW[vendor]] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{INSERT}{places}{NOTICE[vendor]}", [value for row in rows for value in row]
        )
        return int((cursor.lastrowid or 0) if vendor == "sqlite" else cursor.fetchall()[-1][0])


def bring_in(history: Iterable[tuple[UUID, Event]]) -> int:
    """Write events of an archive with their own uid and time; nothing reacts to them.

    Return how many were new: an event whose uid is known is left out.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("Bring history in inside `write_tx`.")
    data = "CAST(%s AS jsonb)" if connection.vendor == "postgresql" else "%s"
    sql = (
        f"INSERT INTO kernel_eventrecord ({COLUMNS}) "  # noqa: S608
        f"SELECT %s,%s,%s,%s,%s,{data},%s,%s,%s,0 "
        "WHERE NOT EXISTS (SELECT 1 FROM kernel_eventrecord WHERE uid = %s)"
    )
    count = 0
    with connection.cursor() as cursor:
        for uid, event in history:
            row = _row(uid, event, event.at or now(), imported=True)
            cursor.execute(sql, [*row, row[0]])
            count += cursor.rowcount
    return count


def _row(uid: UUID, event: Event, at: datetime, *, imported: bool) -> list[Any]:
    sqlite = connection.vendor == "sqlite"
    return [
        uid.hex if sqlite else uid,
        event.name,
        event.community_id,
        event.actor_id,
        event.person_id,
        json.dumps(event.data(), ensure_ascii=False, separators=(",", ":")),
        connection.ops.adapt_datetimefield_value(at) if sqlite else at,
        event.audit,
        imported,
    ]
