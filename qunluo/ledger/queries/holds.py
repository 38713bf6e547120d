"""Reading what is set aside."""

from typing import TYPE_CHECKING
from uuid import UUID

from qunluo.kernel.clock import now
from qunluo.ledger.errors import HoldNotFound
from qunluo.ledger.models import Account, Hold

if TYPE_CHECKING:
    from qunluo.community.models import Community


def find_hold(community: "Community", pk: UUID) -> Hold:
    """Return a hold, for the rooms above. HoldNotFound."""
    found = Hold.objects.filter(community=community, pk=pk).select_related("account__unit").first()
    if found is None:
        raise HoldNotFound
    return found


def open_holds(account: Account, limit: int = 50) -> list[Hold]:
    """Return what is set aside on an account at this moment, what ends first at the front."""
    found = Hold.objects.filter(account=account, state=Hold.State.HELD)
    return list(found.exclude(expires_at__lte=now()).order_by("expires_at", "pk")[:limit])


def due_holds(limit: int = 1) -> list[UUID]:
    """Return holds (ids) whose time is over and which nobody has released."""
    due = Hold.objects.filter(state=Hold.State.HELD, expires_at__lte=now())
    return list(due.order_by("expires_at", "pk").values_list("pk", flat=True)[:limit])
