"""How much of what somebody lives by a shop gives them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count

from qunluo.kernel.clock import now
from qunluo.market.models import OrderLine
from qunluo.market.queries.guide import BOUGHT
from qunluo.market.queries.products import Shelf, buyer_of, shelves

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

DAYS = 365


@dataclass(frozen=True)
class Covered:
    """A category that the shop holds, and in how many orders of a year somebody chose it."""

    shelf: Shelf
    orders: int


@dataclass(frozen=True)
class Coverage:
    """The categories of a shop with what somebody had of them: `covered` of `of`."""

    parts: Sequence[Covered]

    @property
    def of(self) -> int:
        """Return how many categories the shop holds."""
        return len(self.parts)

    @property
    def covered(self) -> int:
        """Return how many of them they bought from."""
        return sum(one.orders > 0 for one in self.parts)


def coverage(community: "Community", person: "Person") -> Coverage:
    """Return how much of the life circle of a shop somebody lived by in the last year (M18).

    Paid orders count, those that were called off or paid back whole do not. Two queries.
    """
    lines = OrderLine.objects.filter(
        order__community=community, order__buyer=person, order__state__in=BOUGHT,
        order__paid_at__gt=now() - timedelta(days=DAYS),
    )  # fmt: skip
    counted = lines.values_list("product__category").annotate(n=Count("order", distinct=True))
    had = dict(counted.order_by())
    held = shelves(community, buyer_of(person, community, tiers=False))
    return Coverage([Covered(one, had.get(one.code, 0)) for one in held])
