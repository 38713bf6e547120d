"""What is sold by rules of its own, such as tiers: each kind says what its orders do.

An order is of one such thing alone, and is placed by an act of that kind (see ordering.py).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from qunluo.market.models import Order


@dataclass(frozen=True)
class Special:
    """What a kind does with an order whose row is held, inside the transaction that moves it.

    `enter(order, late)` when it is paid: a late payment takes its place once more, or raises
    CampaignOver or TeamFull and the money goes back. `confirmed` once it is taken on. `ended` when
    it was cancelled, expired or wholly paid back; it may be called again and then changes nothing.
    `refunding(order, amount, parts)` before so much goes back: it takes out what that was for
    (`parts` are ids of it, where they were chosen) and puts the money back into escrow, or refuses.
    `payable(order)` refuses what cannot be given any more, before money is asked for.
    `refundable(order, amount)` says how much of an amount could go back so, where that is less.
    What is given `at_once` is fulfilled with its confirmation.
    """

    enter: Callable[[Order, bool], None]
    confirmed: Callable[[Order], None]
    ended: Callable[[Order], None]
    at_once: bool = True
    refunding: Callable[[Order, int, Collection[int]], None] | None = None
    refundable: Callable[[Order, int], int] | None = None
    payable: Callable[[Order], None] | None = None


KINDS: dict[str, Special] = {}


def special(order: Order) -> Special | None:
    """Return the rules of what an order gives, None where it is nothing special."""
    return KINDS[order.gives] if order.gives else None
