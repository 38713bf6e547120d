"""After a dump is restored into another PostgreSQL cluster, transaction numbers start anew.

Old events would then carry numbers that lie in the future: they would never be delivered, and
new ones would look older than the cursors. So the worker compares the cluster's identity before
it delivers, and moves the old numbers below zero, keeping their order; cursors move along.
"""

import logging

from django.db import DatabaseError, connection, transaction

from qunluo.kernel.models import Origin
from qunluo.kernel.tx import write_tx

log = logging.getLogger(__name__)
KEY = "cluster"
NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
# A row written here carries our own transaction in the system column xmin; a restored one carries
# that of the restore. Rows at or below zero were renumbered before.
LAST_FOREIGN = """SELECT COALESCE(MAX(id), 0), COALESCE(MAX(xid), 0) FROM kernel_eventrecord
WHERE xid > 0 AND xmin::text::bigint <> mod(xid, 4294967296)"""
SHIFT = "UPDATE kernel_eventrecord SET xid = xid - %s WHERE id <= %s AND NOT imported"
SHIFT_CURSORS = "UPDATE kernel_reactioncursor SET xid = xid - %s WHERE xid > %s"


@write_tx
def check() -> bool:
    """Renumber the log if this database came from another cluster; True when it did."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        # Cursors are locked first, as delivery does; nobody publishes until we commit.
        cursor.execute("LOCK TABLE kernel_reactioncursor IN SHARE ROW EXCLUSIVE MODE")
        here = _identity()
        before = Origin.objects.filter(pk=KEY).values_list("value", flat=True).first()
        cursor.execute(NEXT)
        (upcoming,) = cursor.fetchone()
        cursor.execute("SELECT MAX(xid) FROM kernel_eventrecord")
        (highest,) = cursor.fetchone()
        moved = before is not None and before != here
        moved = moved or highest is not None and highest >= upcoming
        if moved:
            _renumber()
        if before != here:
            Origin.objects.update_or_create(pk=KEY, defaults={"value": here})
    return bool(moved)


def _renumber() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE kernel_eventrecord IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(LAST_FOREIGN)
        last, shift = cursor.fetchone()
        if shift:
            cursor.execute(SHIFT, [shift, last])
            cursor.execute(SHIFT_CURSORS, [shift, -(2**61)])
    log.warning("The database came from another cluster: %s events were renumbered.", last)


def _identity() -> str:
    """Return the cluster's own number, or "" where the server does not tell it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT system_identifier FROM pg_control_system()")
            return str(cursor.fetchone()[0])
    except DatabaseError:
        return ""
