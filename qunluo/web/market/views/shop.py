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
        if not (category or words or after):
            return _first(request, queries.shop_front(found, buyer, request.person))
        page = queries.products(found, buyer, category=category, words=words, after=after)
    except MembersOnlyShop:
        return for_members(request, slug)
    asked = "".join(f"{k}={v}&" for k, v in (("in", category), ("q", words)) if v)
    context = {
        "dealers": queries.dealers(found),
        "shop": found,
        "buyer": buyer,
        "said": None,
        "found": page.items,
        "has_shares": any(one.product.kind == "share" for one in page.items),
        "more": f"?{asked}after={page.next}" if page.next else "",
        "shelves": [] if after else queries.shelves(community, buyer),
        "chosen": category,
        "words": words,
        "in_cart": _in_cart(request, community),
    }
    return show_market(request, community, "shop.html", context, block="more" if after else None)


def _first(request: PersonRequest, front: queries.ShopFront) -> HttpResponse:
    """Show what stands first; what others drew of it already is not drawn again."""
    context = {
        "dealers": queries.dealers(front.shop),
        "shop": front.shop,
        "buyer": front.buyer,
        "said": front.said,
        "front": front,
        "has_shares": front.has_shares,
        "chosen": "",
        "words": "",
        "in_cart": front.in_cart,
    }
    return show_market(request, front.shop.community, "shop.html", context)


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
    context = {
        "shop": found,
        "buyer": front.buyer,
        "front": front,
        "missing": queries.missing_for_sale(one) if buyer.manages else [],
        "complaints": queries.complaints_about(one) if front.complained else [],
        "dealers": queries.dealers(found, one),
        "service": queries.service_of(one),
        "from_post": from_post,
    }
    # Drawn for others as well is what shows nobody, and nothing that time alone changes.
    alike = not (front.complained or from_post or context["service"] or context["dealers"])
    alike = alike and request.person.is_authenticated and not buyer.manages
    return show_market(
        request,
        community,
        "product.html",
        {
            **context,
            "said": front.said if alike else None,
            "points": lambda: _points(front.view, community),
            "claim_kinds": queries.claim_kinds(),
            "often": queries.often(),
            "categories": queries.categories(),
        },
    )


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
