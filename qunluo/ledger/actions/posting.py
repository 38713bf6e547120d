"""Moving something at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from qunluo.ledger.actions.booking import Draft, book
from qunluo.ledger.rules.legs import NOTHING, Cause, Leg, digest, plain

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.ledger.models import Transfer
    from qunluo.people.models import Person


def post(
    *,
    community: "Community",
    kind: str,
    legs: Sequence[Leg],
    key: str,
    cause: Cause = NOTHING,
    actor: "Person | None" = None,
    memo: str = "",
    occurred_at: datetime | None = None,
) -> "Transfer":
    """Move amounts between accounts of one community; they add up to 0 in each unit.

    The same key with the same kind, legs and cause returns the first transfer and moves nothing.
    InsufficientFunds, LedgerKeyReused, NotBalanced, OtherBooks, UnknownKind, BadKey,
    BadCause.
    """
    return book(
        Draft(
            community_id=community.pk,
            kind=kind,
            legs=legs,
            key=key,
            digest=digest("post", kind, plain(legs), cause),
            cause=cause,
            actor_id=actor.pk if actor else None,
            memo=memo,
            occurred_at=occurred_at,
        )
    )
