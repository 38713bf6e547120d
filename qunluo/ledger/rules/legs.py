"""The legs of a transfer: what must hold of them, and what they are worth as one; plain Python."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from qunluo.ledger.errors import BadCause

if TYPE_CHECKING:
    from qunluo.ledger.models import Account

LARGEST = 2**53 - 1
MOST_LEGS = 500
KEY_LENGTH = 120
CAUSE_LENGTHS = (20, 64)  # of its type and its id
MEMO_LENGTH = 400
MOST_POINTS = 1_000_000  # in one gift


class Leg(NamedTuple):
    """What comes to an account (more than 0) or goes from it (less), in whole minor units."""

    account: "Account"
    amount: int


class Cause(NamedTuple):
    """What a transfer is about: a thing of a higher room, by type and id."""

    type: str = ""
    id: str = ""


NOTHING = Cause()


def check_cause(cause: Cause) -> None:
    """Refuse a cause that is too long to be kept. BadCause."""
    for said, most in zip(cause, CAUSE_LENGTHS, strict=True):
        if len(said) > most or "\0" in said:
            raise BadCause


def faults(legs: Sequence[Leg], community_id: int) -> str:
    """Return why legs are no transfer: "few", "amount", "books", "tilted"; "" when they are one."""
    if not 2 <= len(legs) <= MOST_LEGS:
        return "few"
    if any(type(leg.amount) is not int or not 0 < abs(leg.amount) <= LARGEST for leg in legs):
        return "amount"
    if any(leg.account.community_id != community_id for leg in legs):
        return "books"
    sums: Counter[int] = Counter()
    for leg in legs:
        sums[leg.account.unit_id] += leg.amount
    if any(sums.values()):
        return "tilted"
    left = [n for n in net(legs).values() if n]
    if len(left) < 2:
        return "few"
    return "amount" if any(abs(n) > LARGEST for n in left) else ""


def merged(legs: Sequence[Leg]) -> list[tuple[int, int]]:
    """Return what is to be posted: legs as they are, or one for each account when one repeats.

    >>> from types import SimpleNamespace as A
    >>> one, two = A(pk=1), A(pk=2)
    >>> merged([Leg(two, -5), Leg(one, 3), Leg(one, 2)]), merged([Leg(two, -5), Leg(one, 5)])
    ([(1, 5), (2, -5)], [(2, -5), (1, 5)])
    """
    if len({leg.account.pk for leg in legs}) == len(legs):
        return [(leg.account.pk, leg.amount) for leg in legs]
    return [(pk, amount) for pk, amount in net(legs).items() if amount]


def net(legs: Iterable[Leg]) -> dict[int, int]:
    """Return what each account gains or loses, by its id, in the order of ids."""
    sums: Counter[int] = Counter()
    for leg in legs:
        sums[leg.account.pk] += leg.amount
    return dict(sorted(sums.items()))


def difference(should: Mapping[int, int], booked: Mapping[int, int]) -> dict[int, int]:
    """Return what is left to post so that what is booked becomes what should be.

    >>> difference({1: -3, 2: 3}, {1: -5, 2: 5})
    {1: 2, 2: -2}
    """
    both = sorted(should.keys() | booked.keys())
    found = {account: should.get(account, 0) - booked.get(account, 0) for account in both}
    return {account: amount for account, amount in found.items() if amount}


def digest(*parts: object) -> str:
    """Return what makes a body the same body: two of one key must agree in it."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(legs: Iterable[Leg]) -> list[list[int]]:
    """Return legs as numbers, in one order, for a digest."""
    return sorted([leg.account.pk, leg.amount] for leg in legs)
