"""The shop and its products, for everybody who may see them."""

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from qunluo.community.queries import behaviour_of
from qunluo.market import queries
from qunluo.market.errors import MembersOnlyShop
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.visitors import same_for_visitors
from qunluo.web.market.pages import looker, shop_of, show_market

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import PickupPoint
    from qunluo.market.queries import ProductView


@require_GET
@same_for_visitors
def shop(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what is sold, by the life circle."""
    community, found = shop_of(request, slug)
    buyer = looker(request, community)
    category = request.GET.get("in", "")
    words = request.GET.get("q", "")[:80].replace("\0", "")
    after = request.GET.get("after")
    try:
        page = queries.products(found, buyer, category=category, words=words, after=after)
    except MembersOnlyShop:
        return for_members(request, slug)
    asked = "".join(f"{k}={v}&" for k, v in (("in", category), ("q", words)) if v)
    context = {
        "dealers": queries.dealers(found),
        "shop": found,
        "buyer": buyer,
        "found": page.items,
        "more": f"?{asked}after={page.next}" if page.next else "",
        "shelves": [] if after else queries.shelves(community, buyer),
        "chosen": category,
        "words": words,
        "in_cart": _in_cart(request, community),
    }
    return show_market(request, community, "shop.html", context, block="more" if after else None)


@require_GET
@same_for_visitors
def product(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show one product, with everything that is to be known before it is bought."""
    community, found = shop_of(request, slug)
    buyer = looker(request, community)
    try:
        view = queries.get_product(found, uid, buyer)
    except MembersOnlyShop:
        return for_members(request, slug)
    context = {
        "shop": found,
        "buyer": buyer,
        "view": view,
        "missing": queries.missing_for_sale(view.product) if buyer.manages else [],
        "points": _points(view, community),
        "complaints": queries.complaints_about(view.product),
        "claim_kinds": queries.claim_kinds(),
        "often": queries.often(),
        "categories": queries.categories(),
        "in_cart": _in_cart(request, community),
        "dealers": queries.dealers(found, view.product),
        "service": queries.service_of(view.product),
        "from_post": request.GET.get("from", "")[:40],
    }
    return show_market(request, community, "product.html", context)


def for_members(request: PersonRequest, slug: str) -> HttpResponse:
    """Ask a stranger in, without a price: T01."""
    community, found = shop_of(request, slug)
    context = {"shop": found, "door": behaviour_of(community).door}
    return show_market(request, community, "members_only.html", context)


def _points(view: "ProductView", community: "Community") -> "dict[int, PickupPoint]":
    """Return the places of which the page says how many lie there."""
    if not any(one.at_points for one in view.variants):
        return {}
    return {one.pk: one for one in queries.pickup_points(community)}


def _in_cart(request: PersonRequest, community: "Community") -> int:
    if not request.person.is_authenticated:
        return 0
    return queries.cart_count(request.person, community)
