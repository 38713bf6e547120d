"""Products that posts name, as a reader sees them, and looking for one to name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qunluo.market.errors import MembersOnlyShop
from qunluo.market.models import Product, Shop
from qunluo.market.queries.products import (
    OPEN_STATES,
    ProductView,
    buyer_of,
    products,
    require_audience,
    views_of,
)
from qunluo.market.queries.shop import find_shop

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer

MOST = 30  # products on one page of a thread
FOUND = 6


@dataclass(frozen=True)
class Named:
    """Products that posts name, by their uids, with prices as this buyer pays them."""

    shop: Shop | None
    views: dict[str, ProductView]


def named_products(community: "Community", uids: Collection[str], *, viewer: "Viewer") -> Named:
    """Return products by their uids, the first 30; none that the viewer is not sold to.

    What is not on sale yet is left out for everybody.
    """
    shop = find_shop(community) if uids else None
    if shop is None:
        return Named(None, {})
    buyer = buyer_of(viewer, community)
    try:
        require_audience(shop, buyer)
    except MembersOnlyShop:
        return Named(shop, {})
    found = Product.objects.filter(community=community, uid__in=uids, state__in=OPEN_STATES)
    views = views_of(list(found.order_by("pk")[:MOST]), buyer, shop)
    return Named(shop, {one.product.uid: one for one in views})


def products_to_name(community: "Community", words: str, *, viewer: "Viewer") -> list[ProductView]:
    """Return up to six products on sale whose titles hold the words."""
    shop = find_shop(community)
    if shop is None:
        return []
    buyer = buyer_of(viewer, community)
    try:
        found = products(shop, buyer, words=words, limit=4 * FOUND).items
    except MembersOnlyShop:
        return []
    return [one for one in found if one.product.state == Product.State.ON_SALE][:FOUND]
