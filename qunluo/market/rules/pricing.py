"""What something costs whom; plain Python."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

EVERYONE, MEMBERS, TIER = "everyone", "members", "tier:"
MOST_QUANTITY = 9_999
UNLIMITED = 2**31 - 1
MOST_PRICE = 10**12


class Rule(NamedTuple):
    """A price for an audience, from a quantity on."""

    audience: str
    quantity: int
    price: int


@dataclass(frozen=True)
class Priced:
    """What one piece costs, and what it would cost anybody at that quantity."""

    price: int
    public: int


def audiences_of(*, member: bool, tiers: Iterable[str] = ()) -> frozenset[str]:
    """Return the audiences to which somebody belongs."""
    own = {EVERYONE, *(f"{TIER}{name}" for name in tiers)}
    return frozenset(own | {MEMBERS} if member else own)


def price(
    base: int, rules: Iterable[Rule], audiences: Collection[str], quantity: int = 1
) -> Priced:
    """Return the lowest price that applies; nobody pays more for belonging to something.

    >>> rules = [Rule("members", 1, 900), Rule("everyone", 10, 850)]
    >>> price(1000, rules, {"everyone"}), price(1000, rules, {"everyone", "members"}, 10)
    (Priced(price=1000, public=1000), Priced(price=850, public=850))
    """
    public = own = base
    for audience, least, cost in rules:
        if least > quantity:
            continue
        if audience == EVERYONE and cost < public:
            public = cost
        if audience in audiences and cost < own:
            own = cost
    return Priced(min(own, public), public)


class Rate(NamedTuple):
    """What sending costs, and where to."""

    pk: int
    regions: Sequence[str]
    fee: int
    free_from: int | None


def rate_for(rates: Iterable[Rate], region: str) -> Rate | None:
    """Return the rate of a region: the one that names it, else the first that names none.

    >>> rates = [Rate(1, ["西藏", "新疆"], 2000, None), Rate(2, [], 800, 9900)]
    >>> rate_for(rates, "西藏自治区拉萨市").pk, rate_for(rates, "浙江省杭州市").pk
    (1, 2)
    """
    found = list(rates)
    where = region.casefold()
    named = (r for r in found if any(where.startswith(one.casefold()) for one in r.regions))
    return next(named, None) or next((rate for rate in found if not rate.regions), None)


def fee(rate: Rate, goods: int) -> int:
    """Return what sending costs for goods of that worth."""
    free = rate.free_from is not None and goods >= rate.free_from
    return 0 if free else rate.fee


def share(part: int, whole: int, amount: int) -> int:
    """Return the share of an amount that falls on a part of a whole, rounded down.

    >>> share(1, 3, 100), share(0, 0, 5)
    (33, 0)
    """
    return amount * part // whole if whole else 0
