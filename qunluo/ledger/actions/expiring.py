"""Letting go of holds whose time is over; nothing depends on when that happens."""

from collections.abc import Collection

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish_all
from qunluo.kernel.tx import write_tx
from qunluo.ledger.events import HoldReleased
from qunluo.ledger.models import Balance, Hold

AT_ONCE = 200


def release_expired(accounts: Collection[int]) -> int:
    """Release the expired holds of accounts whose balances the caller has locked; return how many.

    Whoever ends a hold locks its balance first, so nobody waits for the other in a circle.
    """
    moment = now()
    due = Hold.objects.filter(
        account_id__in=accounts, state=Hold.State.HELD, expires_at__lte=moment
    )
    found = list(due.select_related("account__unit").order_by("pk"))
    if found:
        Hold.objects.filter(pk__in=[hold.pk for hold in found]).update(
            state=Hold.State.RELEASED, resolved_at=moment, lapsed=True
        )
        publish_all([released(hold, expired=True) for hold in found])
    return len(found)


def release_due_holds() -> int:
    """Release expired holds, account by account; return how many."""
    due = Hold.objects.filter(state=Hold.State.HELD, expires_at__lte=now())
    accounts = due.order_by("expires_at").values_list("account_id", flat=True)[:AT_ONCE]
    count = 0
    for account_id in dict.fromkeys(accounts):
        with write_tx():
            Balance.objects.select_for_update().get(pk=account_id)
            count += release_expired([account_id])
    return count


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
