"""The shop and its products, for everybody who may see them."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

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
    from qunluo.market.models import PickupPoint, Shop
    from qunluo.market.queries import ProductView


@require_GET
@same_for_visitors
def shop(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what is sold, by the life circle."""
    community, found = shop_of(request, slug)
    buyer = looker(request, community)
    asked = {
        "in": request.GET.get("in", ""),
        "q": request.GET.get("q", "")[:80].replace("\0", ""),
        "after": request.GET.get("after", ""),
    }
    try:
        shown = _part(request, found, buyer, asked) if any(asked.values()) else _whole(
            queries.shop_front(found, buyer, request.person)
        )  # fmt: skip
    except MembersOnlyShop:
        return for_members(request, slug)
    context = {
        "shop": found,
        "dealers": queries.dealers(found),
        "chosen": asked["in"],
        "words": asked["q"],
        **shown,
    }
    block = "more" if asked["after"] else None
    return show_market(request, community, "shop.html", context, block=block)


def _whole(front: queries.ShopFront) -> dict[str, Any]:
    """Return what stands first; what others drew of it already is not drawn again."""
    return {
        "front": front,
        "said": front.said,
        "buyer": front.buyer,
        "has_shares": front.has_shares,
        "in_cart": front.in_cart,
    }


def _part(
    request: PersonRequest, shop: "Shop", buyer: queries.Buyer, asked: dict[str, str]
) -> dict[str, Any]:
    """Return what somebody looks for, or what comes after."""
    page = queries.products(
        shop, buyer, category=asked["in"], words=asked["q"], after=asked["after"] or None
    )
    kept = {name: said for name, said in asked.items() if said}
    return {
        "front": None,
        "said": None,
        "buyer": buyer,
        "found": page.items,
        "has_shares": any(one.product.kind == "share" for one in page.items),
        "more": "?" + urlencode({**kept, "after": page.next}) if page.next else "",
        "shelves": [] if asked["after"] else queries.shelves(shop.community, buyer),
        "in_cart": _in_cart(request, shop.community),
    }


@require_GET
@same_for_visitors
def product(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show one product, with everything that is to be known before it is bought."""
    community, found = shop_of(request, slug)
    buyer = looker(request, community)
    try:
        front = queries.product_front(found, uid, buyer, request.person)
    except MembersOnlyShop:
        return for_members(request, slug)
    one = front.product
    from_post = request.GET.get("from", "")[:40]
    dealers, service = queries.dealers(found, one), queries.service_of(one)
    # Drawn for others as well is what shows nobody, and nothing that time alone changes.
    alike = request.person.is_authenticated and not buyer.manages
    alike = alike and not (front.complained or from_post or service or dealers)
    context = {
        "shop": found,
        "buyer": front.buyer,
        "front": front,
        "said": front.said if alike else None,
        "missing": queries.missing_for_sale(one) if buyer.manages else [],
        "points": lambda: _points(front.view, community),
        "complaints": queries.complaints_about(one) if front.complained else [],
        "claim_kinds": queries.claim_kinds(),
        "often": queries.often(),
        "dealers": dealers,
        "service": service,
        "from_post": from_post,
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
