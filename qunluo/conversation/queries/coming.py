"""What of the calendar appears now, for the schedule."""

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from qunluo.conversation.models import PlannedItem, Thread
from qunluo.kernel.clock import now

State = PlannedItem.State
OF_EACH = 10  # items of one author in one look


def due_items(limit: int = 100) -> list[int]:
    """Return the items whose time has come; for the schedule.

    A few of each author, and everybody's first before anybody's second; the longest waiting first.
    """
    moment = now()
    turn = Window(RowNumber(), partition_by=F("author_id"), order_by=["publish_at", "pk"])
    due = PlannedItem.objects.filter(
        Q(try_at=None) | Q(try_at__lte=moment), state=State.SCHEDULED, publish_at__lte=moment
    ).annotate(turn=turn)
    found = due.filter(turn__lte=OF_EACH).order_by("turn", "publish_at", "pk")
    return list(found.values_list("pk", flat=True)[:limit])


def opened_to_all(limit: int = 100) -> list[int]:
    """Return the threads that are for everybody by now, while not everybody has heard of them."""
    due = Thread.objects.filter(announce_at__lte=now()).order_by("announce_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])
