"""Shares of a harvest for who looks after them: who holds one, and what is to be packed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from qunluo.community import queries as communities
from qunluo.kernel.paging import Page, page
from qunluo.market.models import (
    Depot,
    Entitlement,
    PriceRise,
    ShareContract,
    ShareDelivery,
    ShareSeason,
)
from qunluo.market.queries.share_work import suspended_ids
from qunluo.market.rules.permissions import ORDERS
from qunluo.market.rules.shares import OPEN

if TYPE_CHECKING:
    from qunluo.market.queries.shop import Viewer

POOL = ShareSeason.SkipGives.POOL


@dataclass(frozen=True)
class ListedBox:
    """A box to pack or hand out; a suspended one stays unpacked."""

    box: Entitlement
    suspended: bool


@dataclass(frozen=True)
class DepotList:
    """What goes to a depot: boxes by name, by size, and those that were skipped for the pool."""

    depot: Depot
    boxes: tuple[ListedBox, ...]
    pool: int

    @property
    def waits(self) -> bool:
        """Tell whether anything here is still to be packed."""
        return any(one.box.state in OPEN and not one.suspended for one in self.boxes)

    @property
    def sizes(self) -> dict[str, int]:
        """Return how many boxes of each size are packed, or to be packed, for their subscribers."""
        found: dict[str, int] = {}
        for one in self.boxes:
            if not one.suspended:
                size = one.box.contract.size
                found[size] = found.get(size, 0) + 1
        return found


@dataclass(frozen=True)
class RiseView:
    """A rise that was asked for, and how many said what; silence is a no."""

    rise: PriceRise
    asked: int
    agreed: int
    declined: int


def packing(delivery: ShareDelivery, *, viewer: "Viewer") -> list[DepotList]:
    """Return what is to be packed and handed out with a delivery, by depot. PermissionMissing."""
    communities.require(viewer, delivery.season.community, ORDERS)
    found = Entitlement.objects.filter(handed=delivery).exclude(state="cancelled")
    found = found.select_related("contract__person", "delivery", "depot__point")
    overdue = set(suspended_ids().filter(contract__season=delivery.season_id))
    lists = []
    for depot in delivery.season.depots.select_related("point").order_by("place", "pk"):
        here = [one for one in found if one.depot_id == depot.pk]
        kept = sorted(
            (one for one in here if one.state != "skipped"),
            key=lambda one: (one.contract.person.name, one.pk),
        )
        boxes = (ListedBox(one, one.state in OPEN and one.contract_id in overdue) for one in kept)
        pool = sum(one.state == "skipped" and one.contract.skip_gives == POOL for one in here)
        lists.append(DepotList(depot, tuple(boxes), pool))
    return lists


def contracts(
    season: ShareSeason, *, viewer: "Viewer", after: str | None = None, limit: int = 25
) -> Page[ShareContract]:
    """Return the shares of a season, the latest first. PermissionMissing."""
    communities.require(viewer, season.community, ORDERS)
    found = ShareContract.objects.filter(season=season)
    return page(found.select_related("season", "person", "depot__point"), ["-id"], after, limit)


def anybody_asked(season: ShareSeason) -> bool:
    """Tell whether anybody has asked for a share of a season; from then on its days stay."""
    return ShareContract.objects.filter(season=season).exists()


def rises(season: ShareSeason, *, viewer: "Viewer") -> list[RiseView]:
    """Return the rises that were asked for in a season, the latest first. PermissionMissing."""
    communities.require(viewer, season.community, ORDERS)
    found = PriceRise.objects.filter(season=season).select_related("variant")
    counted = found.annotate(
        asked=Count("answers"),
        agreed=Count("answers", filter=Q(answers__state="accepted")),
        declined=Count("answers", filter=Q(answers__state="declined")),
    )
    return [
        RiseView(one, one.asked, one.agreed, one.declined) for one in counted.order_by("-pk")[:20]
    ]
