"""The place that each reaction has reached; claimed by one worker at a time."""

from collections.abc import Iterable

from django.db import connection

from qunluo.kernel.clock import now
from qunluo.kernel.delivery.log import START, Place, settled
from qunluo.kernel.delivery.registry import REACTIONS
from qunluo.kernel.models import ReactionCursor
from qunluo.kernel.tx import write_tx

CLAIM = "SELECT xid, event_id FROM kernel_reactioncursor WHERE reaction = %s"
# A reaction that another worker is busy with stays where it is.
ADVANCE = """UPDATE kernel_reactioncursor SET xid = %s, event_id = %s, moved_at = %s
WHERE reaction IN (SELECT reaction FROM kernel_reactioncursor
    WHERE (xid, event_id) < (%s, %s) AND reaction IN ({names}) {skip})"""


def ensure(*, own: bool = False) -> None:
    """Give every reaction a cursor: the first ones at the start of the log, later ones now."""
    known = set(ReactionCursor.objects.values_list("reaction", flat=True))
    missing = [reaction for reaction in REACTIONS.values() if reaction.name not in known]
    if not missing:
        return
    with write_tx():
        here = settled(own=own) if known else START
        ReactionCursor.objects.bulk_create(
            [
                ReactionCursor(
                    reaction=reaction.name,
                    xid=START.xid if reaction.from_start else here.xid,
                    event_id=START.id if reaction.from_start else here.id,
                    moved_at=now(),
                )
                for reaction in missing
            ],
            ignore_conflicts=True,
        )


def claim(reaction: str) -> Place | None:
    """Lock the cursor until the transaction ends; None when another worker has it."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM + lock, [reaction])
        row = cursor.fetchone()
    return Place(*row) if row else None


def move(reaction: str, to: Place) -> None:
    """Write the place of a claimed cursor."""
    ReactionCursor.objects.filter(pk=reaction).update(xid=to.xid, event_id=to.id, moved_at=now())


def places() -> dict[str, Place]:
    """Return the place of every registered reaction."""
    rows = ReactionCursor.objects.filter(pk__in=list(REACTIONS))
    return {
        pk: Place(xid, event_id) for pk, xid, event_id in rows.values_list("pk", "xid", "event_id")
    }


def advance(reactions: Iterable[str], to: Place) -> None:
    """Carry reactions along for which nothing happened, so that a restart scans little."""
    names = list(reactions)
    if not names:
        return
    sqlite = connection.vendor == "sqlite"
    sql = ADVANCE.format(
        names=", ".join(["%s"] * len(names)), skip="" if sqlite else "FOR UPDATE SKIP LOCKED"
    )
    moment = connection.ops.adapt_datetimefield_value(now()) if sqlite else now()
    with write_tx(), connection.cursor() as cursor:
        cursor.execute(sql, [*to, moment, *to, *names])
