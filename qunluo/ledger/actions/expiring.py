"""Letting go of holds whose time is over; nothing depends on when that happens."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish_all
from qunluo.kernel.tx import write_tx
from qunluo.ledger.events import HoldReleased
from qunluo.ledger.models import Hold

if TYPE_CHECKING:
    from django.db.models import QuerySet

AT_ONCE = 200


def release_expired(accounts: Collection[int]) -> int:
    """Release the expired holds of accounts whose balances the caller has locked; return how many.

    A hold that somebody is ending at this moment is left to them: waiting for it here could make
    two transactions wait for each other.
    """
    return _let_go(Hold.objects.filter(account_id__in=accounts))


def release_due_holds() -> int:
    """Release expired holds one by one; return how many."""
    due = Hold.objects.filter(state=Hold.State.HELD, expires_at__lte=now())
    count = 0
    for pk in list(due.order_by("expires_at").values_list("pk", flat=True)[:AT_ONCE]):
        with write_tx():
            count += _let_go(Hold.objects.filter(pk=pk))
    return count


def _let_go(holds: "QuerySet[Hold]") -> int:
    moment = now()
    due = holds.filter(state=Hold.State.HELD, expires_at__lte=moment)
    found = list(
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("account__unit")
        .order_by("pk")
    )
    if found:
        Hold.objects.filter(pk__in=[hold.pk for hold in found]).update(
            state=Hold.State.RELEASED, resolved_at=moment
        )
        publish_all([released(hold, expired=True) for hold in found])
    return len(found)


def released(hold: Hold, *, actor_id: int | None = None, expired: bool = False) -> HoldReleased:
    """Return the event of a hold that was let go."""
    return HoldReleased(
        community_id=hold.community_id,
        actor_id=actor_id,
        person_id=hold.account.person_id,
        hold_id=str(hold.pk),
        unit=hold.account.unit.code,
        amount=hold.amount,
        expired=expired,
    )
