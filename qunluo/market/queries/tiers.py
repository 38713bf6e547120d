"""Tiers: what is sold, what somebody holds, and who holds what."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.market import errors
from qunluo.market.models import Order, Product, Shop, TierPeriod, TierPlan, TierTime
from qunluo.market.queries.products import buyer_of, require_audience
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.states import REFUNDABLE

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
    found = on_sale.select_related("product").prefetch_related("periods__variant")
    cost = {
        one.pk: min((p.variant.price for p in one.periods.all() if p.variant.active), default=0)
        for one in found
    }
    return sorted(found, key=lambda one: (cost[one.pk], one.pk))


def tried_tiers(community: "Community", person: "Person") -> set[str]:
    """Return the names of the tiers of which somebody has begun the trial or bought time."""
    found = TierTime.objects.filter(plan__community=community, person=person)
    return set(found.values_list("plan__name", flat=True))


def managed_tiers(community: "Community", *, viewer: "Person") -> list[TierPlan]:
    """Return all tiers of a community for who runs the shop. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = TierPlan.objects.filter(community=community).order_by("pk")
    return list(found.select_related("product").prefetch_related("periods__variant"))


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
    """Tell whether the buyer of a tier may still take it back whole, for nothing but asking."""
    if order.gives != Product.Kind.TIER:
        return False
    bought = TierTime.objects.filter(order=order, ended_at=None).select_related("plan").first()
    if bought is None or order.paid_at is None or order.state not in REFUNDABLE:
        return False
    until = order.paid_at + timedelta(days=bought.plan.refund_days)
    return now() < until and order.total > order.refunded


def ending_tiers(moment: datetime) -> "QuerySet[TierTime]":
    """Return the last stretches in a tier whose end is near and was not told of."""
    near = TierTime.objects.filter(
        ended_at=None, told=False, ends_at__gt=moment, ends_at__lte=moment + timedelta(days=90)
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
