"""Tiers: what is sold, what somebody holds, and who holds what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.market import errors
from qunluo.market.models import Order, Product, Shop, TierPeriod, TierPlan, TierTime
from qunluo.market.queries.products import buyer_of, require_audience
from qunluo.market.queries.shop import door_open, find_shop
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.states import REFUNDABLE
from qunluo.market.rules.tiers import left_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person


def tier_plans(shop: Shop, *, viewer: "Viewer") -> list[TierPlan]:
    """Return the tiers on sale with their periods, the cheapest first. MembersOnlyShop."""
    require_audience(shop, buyer_of(viewer, shop.community))
    on_sale = TierPlan.objects.filter(
        community=shop.community_id, product__state=Product.State.ON_SALE
    )
    return _priced(on_sale)


def _priced(plans: "QuerySet[TierPlan]") -> list[TierPlan]:
    """Return plans with their periods, the cheapest first."""
    found = plans.select_related("product").prefetch_related("periods__variant")
    cost = {
        one.pk: min((p.variant.price for p in one.periods.all() if p.variant.active), default=0)
        for one in found
    }
    return sorted(found, key=lambda one: (cost[one.pk], one.pk))


def entry_plans(community: "Community") -> list[TierPlan]:
    """Return what lets into a community and is sold at this moment, with its periods; for anybody.

    Nothing where entry has no price.
    """
    shop = find_shop(community)
    if community.selection != community.Selection.FEE or shop is None or not door_open(shop):
        return []
    found = _priced(
        TierPlan.objects.filter(
            community=community, lets_in=True, product__state=Product.State.ON_SALE
        )
    )
    return [one for one in found if any(p.variant.active for p in one.periods.all())]


def tried_tiers(community: "Community", person: "Person") -> set[str]:
    """Return the names of the tiers of which somebody has begun the trial or bought time."""
    found = TierTime.objects.filter(plan__community=community, person=person)
    return set(found.values_list("plan__name", flat=True))


def managed_tiers(community: "Community", *, viewer: "Person") -> list[TierPlan]:
    """Return all tiers of a community for who runs the shop. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = TierPlan.objects.filter(community=community).order_by("pk")
    return list(found.select_related("product").prefetch_related("periods__variant"))


def managed_tier(community: "Community", uid: str, *, viewer: "Person") -> TierPlan:
    """Return a tier for who runs the shop. PermissionMissing, TierNotFound."""
    found = managed_tiers(community, viewer=viewer)
    for one in found:
        if one.product.uid == uid:
            return one
    raise errors.TierNotFound


def get_tier(community: "Community", uid: str) -> TierPlan:
    """Return a tier that was ever sold, for who may hold it. TierNotFound."""
    found = TierPlan.objects.filter(community=community, product__uid=uid)
    one = found.select_related("product", "community").exclude(product__listed_at=None).first()
    if one is None:
        raise errors.TierNotFound
    return one


def given_times(community: "Community", *, viewer: "Person") -> "QuerySet[TierTime]":
    """Return what was given by hand, the newest first. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = TierTime.objects.filter(plan__community=community, given_by__isnull=False)
    return found.select_related("plan__product", "person", "given_by").order_by("-pk")


def get_period(shop: Shop, variant: int) -> TierPeriod:
    """Return for how long a variant on sale gives its tier. TierNotFound."""
    found = TierPeriod.objects.filter(
        variant=variant, variant__active=True, plan__community=shop.community_id,
        plan__product__state=Product.State.ON_SALE,
    )  # fmt: skip
    one = found.select_related("plan__product", "variant").first()
    if one is None:
        raise errors.TierNotFound
    return one


def tier_holders(community: "Community", *, viewer: "Person") -> "QuerySet[Any]":
    """Return who holds a tier now, whose ends first coming first. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    return communities.tier_holders(community)


def tier_refundable(order: Order) -> bool:
    """Tell whether the buyer of a tier may still take it back whole, for nothing but asking.

    What is used up is not, and what has begun is for each person once: else it would be free.
    """
    if order.gives != Product.Kind.TIER:
        return False
    bought = TierTime.objects.filter(order=order, ended_at=None).select_related("plan").first()
    if bought is None or bought.paused_at or not order.paid_at or order.state not in REFUNDABLE:
        return False
    moment = now()
    until = min(order.paid_at + timedelta(days=bought.plan.refund_days), bought.ends_at)
    fresh = bought.starts_at > moment or not _took_back(bought)
    return moment < until and order.total > order.refunded and fresh


def _took_back(one: TierTime) -> bool:
    """Tell whether its person has used a tier before, and then took it back whole."""
    before = TierTime.objects.filter(
        plan=one.plan_id, person=one.person_id, ended_at__gt=F("starts_at"),
        order__state=Order.State.REFUNDED,
    )  # fmt: skip
    return before.exists()


@dataclass(frozen=True)
class OwnTime:
    """What somebody may do with a tier: let it go on, pause it for so many days, move up with it.

    `credit` is what is left of what it cost, in whole minor units of the shop's currency.
    """

    paused: TierTime | None
    pause_days: int
    credit: int


@dataclass(frozen=True)
class LeftToMove:
    """What somebody may move up with: stretches (ids) of a tier, and what is left of their cost.

    `credit` is in whole minor units of the shop's currency.
    """

    times: tuple[int, ...]
    credit: int


def left_to_move(community: "Community", person: "Person", tier: str) -> LeftToMove | None:
    """Return what is left of a tier that somebody bought or was bought, None where nothing is.

    What was tried or given by hand cost nothing, and what stands still is not moved.
    """
    moment = now()
    found = TierTime.objects.filter(
        plan__community=community, plan__name=tier, person=person, ended_at=None,
        ends_at__gt=moment, order__isnull=False,
    ).select_related("order__tier_order")  # fmt: skip
    times = list(found.order_by("starts_at"))
    if not times or any(one.paused_at for one in times):
        return None
    credit = sum(left_of(_value(one), one.starts_at, one.ends_at, moment) for one in times)
    return LeftToMove(tuple(one.pk for one in times), credit)


def moved_into(one: TierTime) -> Order | None:
    """Return the order of a higher tier into which a stretch went, if that still stands."""
    into = one.moved_to
    if into is None or one.ended_at is None or into.order.state not in [*REFUNDABLE, "settled"]:
        return None
    return into.order


def running_time(plan: TierPlan, person: "Person") -> TierTime | None:
    """Return the stretch that was bought or given and is used at this moment."""
    moment = now()
    mine = TierTime.objects.filter(plan=plan, person=person, ended_at=None, paused_at=None)
    used = mine.filter(starts_at__lte=moment, ends_at__gt=moment)
    paid = used.exclude(order=None, given_by=None).select_related("plan__community", "person")
    return paid.order_by("starts_at").first()


def paused_time(plan: TierPlan, person: "Person") -> TierTime | None:
    """Return the stretch that stands still, or None."""
    mine = TierTime.objects.filter(plan=plan, person=person, ended_at=None)
    found = mine.filter(paused_at__isnull=False).select_related("plan__community", "person")
    return found.first()


def pause_left(one: TierTime) -> timedelta:
    """Return for how long a stretch may still stand still; nothing below an hour."""
    left = timedelta(days=one.plan.pause_days) - timedelta(seconds=one.paused_seconds)
    return left if left >= timedelta(hours=1) else timedelta(0)


def overdue_pauses(moment: datetime) -> "QuerySet[TierTime]":
    """Return the stretches that have stood still for as long as they may."""
    paused = TierTime.objects.filter(ended_at=None, paused_at__isnull=False)
    due = [
        one.pk for one in paused.select_related("plan")
        if one.paused_at and one.paused_at + pause_left(one) <= moment
    ]  # fmt: skip
    found = TierTime.objects.filter(pk__in=due).select_related("plan__community", "person")
    return found.order_by("paused_at")


def pauses_end() -> bool:
    """Tell whether anything has stood still for long enough."""
    return overdue_pauses(now()).exists()


def own_tier_times(community: "Community", person: "Person") -> dict[str, OwnTime]:
    """Return what somebody may do with the tiers that they hold or that stand still, by name."""
    found: dict[str, OwnTime] = {}
    for plan in TierPlan.objects.filter(community=community, times__person=person).distinct():
        paused, runs = paused_time(plan, person), running_time(plan, person)
        left = left_to_move(community, person, plan.name)
        days = pause_left(runs).days if runs else 0
        if paused or runs or left:
            found[plan.name] = OwnTime(paused, days, left.credit if left else 0)
    return found


def _value(one: TierTime) -> int:
    """Return what a stretch cost: what was paid, and what went into it of an earlier tier."""
    order = one.order
    if order is None:
        return 0
    extra = getattr(order, "tier_order", None)
    return order.total - order.refunded + (extra.credit if extra else 0)


def ending_tiers(moment: datetime) -> "QuerySet[TierTime]":
    """Return the last stretches in a tier whose end is near and was not told of."""
    near = TierTime.objects.filter(
        ended_at=None,
        paused_at=None,
        told=False,
        ends_at__gt=moment,
        ends_at__lte=moment + timedelta(days=90),
    )
    later = TierTime.objects.filter(
        plan=OuterRef("plan"), person=OuterRef("person"), ended_at=None,
        ends_at__gt=OuterRef("ends_at"),
    )  # fmt: skip
    found = near.filter(~Exists(later)).select_related("plan__product", "person")
    due = [
        one.pk for one in found.order_by("ends_at")
        if one.ends_at <= moment + timedelta(days=one.plan.notice_days)
    ]  # fmt: skip
    return TierTime.objects.filter(pk__in=due).select_related("plan", "person").order_by("ends_at")


def tiers_end() -> bool:
    """Tell whether anybody has to be told that their time in a tier ends."""
    return ending_tiers(now()).exists()


def find_tier_end(product_id: int, person_id: int | None) -> TierTime | None:
    """Return the last stretch of somebody in the tier of a product, if they have any."""
    found = TierTime.objects.filter(plan__product=product_id, person=person_id, ended_at=None)
    return found.select_related("plan__community", "plan__product").order_by("-ends_at").first()
