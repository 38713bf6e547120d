"""Tiers: what is sold, what somebody holds, and who holds what."""

from typing import TYPE_CHECKING, Any

from qunluo.community import queries as communities
from qunluo.market import errors
from qunluo.market.models import Product, Shop, TierPeriod, TierPlan, TierTime
from qunluo.market.queries.products import buyer_of, require_audience
from qunluo.market.rules.permissions import MANAGE

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
