"""Shares of a harvest as their viewers may see them; fetching is permission."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.market import errors
from qunluo.market.models import (
    Depot,
    DepotDay,
    Entitlement,
    Instalment,
    PickupPoint,
    Product,
    RiseAnswer,
    ShareContract,
    ShareDelivery,
    ShareSeason,
    Variant,
)
from qunluo.market.queries.products import buyer_of, price_rules, require_audience
from qunluo.market.queries.share_work import suspended_ids, waited
from qunluo.market.queries.shop import get_shop
from qunluo.market.rules.permissions import MANAGE, ORDERS
from qunluo.market.rules.pricing import price
from qunluo.market.rules.shares import LIVE, OPEN, price_of

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person

State, Box = ShareContract.State, Entitlement.State
Contracts = QuerySet[ShareContract]
PAST = 20  # deliveries and seasons that a page shows of what is over


@dataclass(frozen=True)
class Size:
    """A form in which a share is held, and what it costs in whole minor units.

    `price` is for the whole season, `now` for what is left of it.
    """

    variant: Variant
    price: int
    now: int


@dataclass(frozen=True)
class DepotView:
    """A depot of a season: `free` places on each day that is left, and how many wait."""

    depot: Depot
    free: int
    waiting: int


@dataclass(frozen=True)
class SeasonView:
    """A season for one viewer; `turn` tells whether they may subscribe, `opens_at` from when."""

    season: ShareSeason
    sizes: tuple[Size, ...]
    depots: tuple[DepotView, ...]
    deliveries: tuple[ShareDelivery, ...]
    left: int
    turn: bool
    opens_at: datetime
    contract: ShareContract | None
    runs: bool
    currency: str

    @property
    def next(self) -> ShareDelivery | None:
        """Return the next delivery."""
        return next((one for one in self.deliveries if one.ends_at > now()), None)

    @property
    def told(self) -> list[ShareDelivery]:
        """Return the deliveries of which was told what is in the boxes, the latest first."""
        return [one for one in reversed(self.deliveries) if one.contents or one.shortfall]


@dataclass(frozen=True)
class ShareView:
    """A share with its boxes and what is paid of it; `suspended` while a part is overdue."""

    contract: ShareContract
    boxes: tuple[Entitlement, ...]
    parts: tuple[Instalment, ...]
    answers: tuple[RiseAnswer, ...]
    suspended: bool

    @property
    def next(self) -> Entitlement | None:
        """Return the box that comes next."""
        coming = [one for one in self.boxes if one.state in {*OPEN, "packed"}]
        return next((one for one in coming if one.handed.ends_at > now()), None)

    @property
    def paid(self) -> int:
        """Return what is paid of it."""
        return sum(one.amount for one in self.parts if one.paid_at)

    @property
    def in_queue(self) -> int:
        """Return the place in the queue of the depot, from 1 on; 0 when it does not wait."""
        if self.contract.state != State.WAITING:
            return 0
        ahead = ShareContract.objects.filter(
            depot=self.contract.depot_id, state=State.WAITING, pk__lte=self.contract.pk
        )
        return ahead.count()


def _may(viewer: "Viewer", community: "Community", permission: str) -> bool:
    return permission in communities.permissions_of(viewer, community)


def turn_of(season: ShareSeason, viewer: "Viewer") -> datetime:
    """Return from when somebody may subscribe: holders first, then who waited, then everybody."""
    if season.after_id is None or viewer is None or viewer.pk is None:
        return season.opens_at
    mine = ShareContract.objects.filter(season=season.after_id, person=viewer.pk)
    if mine.filter(state__in=[State.ACTIVE, State.ENDED]).exists():
        return season.holders_at
    if mine.filter(waited()).exists():
        return season.waiting_at
    return season.opens_at


def require_turn(season: ShareSeason, viewer: "Viewer") -> None:
    """Refuse who may not subscribe yet, or no more. SeasonNotOpen."""
    if season.closed_at or turn_of(season, viewer) > now():
        raise errors.SeasonNotOpen


def seasons(community: "Community", *, viewer: "Viewer") -> list[ShareSeason]:
    """Return the seasons of a community, the latest first. ShopNotFound, MembersOnlyShop."""
    require_audience(get_shop(community), buyer_of(viewer, community, tiers=False))
    return list(ShareSeason.objects.filter(community=community).order_by("-last", "-pk")[:PAST])


def find_season(pk: int) -> ShareSeason | None:
    """Return a season by its id, or None."""
    return ShareSeason.objects.select_related("community").filter(pk=pk).first()


def get_season(uid: str, *, viewer: "Viewer", community: "Community") -> SeasonView:
    """Return a season. SeasonNotFound, ShopNotFound, MembersOnlyShop."""
    shop = get_shop(community)
    buyer = buyer_of(viewer, community)
    require_audience(shop, buyer)
    found = ShareSeason.objects.filter(uid=uid, community=community)
    season = found.select_related("product", "community", "after").first()
    if season is None:
        raise errors.SeasonNotFound
    deliveries = tuple(season.deliveries.order_by("day"))
    left = [one for one in deliveries if one.cut_off_at > now()]
    mine = None
    if viewer is not None and viewer.pk is not None:
        contracts = ShareContract.objects.filter(season=season, person=viewer.pk, state__in=LIVE)
        mine = contracts.first()
    opens = turn_of(season, viewer)
    sellable = season.product.state == Product.State.ON_SALE
    return SeasonView(
        season=season,
        sizes=_sizes(season, buyer.audiences, len(left), len(deliveries)),
        depots=_depots(season, [one.pk for one in left]),
        deliveries=deliveries,
        left=len(left),
        turn=bool(left) and sellable and not season.closed_at and opens <= now(),
        opens_at=opens,
        contract=mine,
        runs=_may(viewer, community, ORDERS),
        currency=shop.currency,
    )


def get_share(uid: str, *, viewer: "Viewer", community: "Community") -> ShareView:
    """Return a share, for its subscriber and for who runs the shop. ShareNotFound."""
    found = ShareContract.objects.filter(uid=uid, season__community=community)
    contract = found.select_related("season__community", "person", "depot__point").first()
    mine = contract is not None and viewer is not None and contract.person_id == viewer.pk
    if contract is None or not (mine or _may(viewer, community, ORDERS)):
        raise errors.ShareNotFound
    return view_share(contract)


def view_share(contract: ShareContract) -> ShareView:
    """Return a share that was fetched by permission, with everything that belongs to it."""
    boxes = Entitlement.objects.filter(contract=contract)
    parts = contract.instalments.select_related("order", "first", "last", "rise")
    answers = contract.rise_answers.select_related("rise").order_by("-pk")
    return ShareView(
        contract=contract,
        boxes=tuple(
            boxes.select_related("delivery", "handed", "depot__point").order_by(
                "handed__day", "delivery__day"
            )
        ),
        parts=tuple(parts.order_by("number")),
        answers=tuple(answers[:PAST]),
        suspended=suspended_ids().filter(contract=contract).exists(),
    )


def own_shares(person: "Person", community: "Community") -> list[ShareContract]:
    """Return the shares that somebody has or had in a community, the latest first."""
    found = ShareContract.objects.filter(person=person, season__community=community)
    return list(found.select_related("season", "depot__point").order_by("-pk")[:PAST])


def get_box(uid: str, delivery: int, *, person: "Person", community: "Community") -> Entitlement:
    """Return the box of one's share that is promised for a delivery (by id). ShareNotFound."""
    found = Entitlement.objects.filter(
        contract__uid=uid, contract__person=person, contract__season__community=community,
        delivery=min(delivery, 2**63 - 1),
    ).first()  # fmt: skip
    if found is None:
        raise errors.ShareNotFound
    return found


def get_part(uid: str, number: int, *, person: "Person", community: "Community") -> Instalment:
    """Return a part of the price of one's share, by its number. ShareNotFound."""
    found = Instalment.objects.filter(
        contract__uid=uid, contract__person=person, contract__season__community=community,
        number=min(number, 9_999),
    ).first()  # fmt: skip
    if found is None:
        raise errors.ShareNotFound
    return found


def get_answer(uid: str, rise: int, *, person: "Person", community: "Community") -> RiseAnswer:
    """Return what one was asked about a rise (by its id). ShareNotFound."""
    found = RiseAnswer.objects.filter(
        contract__uid=uid, contract__person=person, contract__season__community=community,
        rise=min(rise, 2**63 - 1),
    )  # fmt: skip
    answer = found.select_related("rise").first()
    if answer is None:
        raise errors.ShareNotFound
    return answer


def get_delivery(season: ShareSeason, pk: int) -> ShareDelivery:
    """Return a delivery of a season that was fetched by permission. SeasonNotFound."""
    found = season.deliveries.filter(pk=min(pk, 2**63 - 1)).select_related("season__community")
    delivery = found.first()
    if delivery is None:
        raise errors.SeasonNotFound
    return delivery


def pooled(delivery: ShareDelivery) -> int:
    """Return how many skipped boxes of a delivery went to the pool."""
    skipped = Entitlement.objects.filter(handed=delivery, state=Box.SKIPPED)
    return skipped.filter(contract__skip_gives=ShareSeason.SkipGives.POOL).count()


def get_depot(season: ShareSeason, pk: int) -> Depot:
    """Return a depot of a season that was fetched by permission. SeasonNotFound."""
    found = season.depots.filter(pk=min(pk, 2**63 - 1)).select_related("point", "season").first()
    if found is None:
        raise errors.SeasonNotFound
    return found


def other_points(season: ShareSeason) -> list[PickupPoint]:
    """Return the pick-up points of the community that are no depot of a season yet."""
    return list(_other_points(season).order_by("name", "pk"))


def get_other_point(season: ShareSeason, pk: int) -> PickupPoint:
    """Return one of them, of a season that was fetched by permission. PlaceNotFound."""
    found = _other_points(season).filter(pk=min(pk, 2**63 - 1)).first()
    if found is None:
        raise errors.PlaceNotFound
    return found


def _other_points(season: ShareSeason) -> QuerySet[PickupPoint]:
    known = PickupPoint.objects.filter(community=season.community_id, active=True)
    return known.exclude(pk__in=season.depots.values("point_id"))


def room_for(contract: ShareContract) -> list[DepotDay]:
    """Return the days and depots to which a box of a share may still be moved."""
    found = DepotDay.objects.filter(
        depot__season=contract.season_id, delivery__cut_off_at__gt=now(), free__gte=1,
        depot__point__active=True,
    )  # fmt: skip
    found = found.select_related("depot__point", "delivery")
    return list(found.order_by("delivery__day", "depot__place")[:400])


def _sizes(
    season: ShareSeason, audiences: Collection[str], left: int, total: int
) -> tuple[Size, ...]:
    variants = season.product.variants.filter(active=True).order_by("place", "pk")
    found = list(variants)
    rules = price_rules([one.pk for one in found])
    sizes = []
    for one in found:
        cost = price(one.price, rules.get(one.pk, []), audiences, 1).price
        sizes.append(Size(one, cost, price_of(cost, left, total) if total else cost))
    return tuple(sizes)


def _depots(season: ShareSeason, left: Sequence[int]) -> tuple[DepotView, ...]:
    depots = season.depots.select_related("point").order_by("place", "pk")
    least: dict[int, int] = {}
    days = DepotDay.objects.filter(depot__season=season, delivery__in=left)
    for depot, free in days.values_list("depot", "free"):
        least[depot] = min(free, least.get(depot, free))
    waiting: dict[int, int] = {}
    queue = ShareContract.objects.filter(season=season, state=State.WAITING)
    for depot in queue.values_list("depot", flat=True):
        waiting[depot] = waiting.get(depot, 0) + 1
    return tuple(DepotView(one, least.get(one.pk, 0), waiting.get(one.pk, 0)) for one in depots)


def runs_shares(viewer: "Viewer", community: "Community") -> bool:
    """Tell whether somebody looks after seasons and their terms."""
    return _may(viewer, community, MANAGE)
