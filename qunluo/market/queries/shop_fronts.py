"""What a shop and a product show, asked in one question each, for the pages that are opened most.

What is asked comes as rows within a row. It is taken apart where it has not been drawn yet only:
`said` names exactly what a page shows, and to whom, so who keeps what they drew under it never
shows anything else.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum, TextField
from django.db.models.functions import Cast

from qunluo.kernel.paging import Page, cut
from qunluo.kernel.prepared import first, of_columns
from qunluo.kernel.rows import JsonRow, JsonRows
from qunluo.market.models import (
    CartItem,
    GroupComplaint,
    Picture,
    PriceRule,
    Product,
    Shop,
    Stock,
    Variant,
)
from qunluo.market.queries.products import (
    ORDER,
    Buyer,
    Parts,
    ProductView,
    Shelf,
    product_views,
    require_audience,
    require_sight,
    shelves_of,
    states_for,
    with_tiers,
)
from qunluo.market.rules import fitness
from qunluo.market.rules.pricing import TIER, Rule

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from qunluo.people.models import Person

SHOWN = 24
FACE = ("uid", "kind", "state", "title", "lead", "category")
FORM = ("name", "price", "counted", "most", "minutes")
IMAGE = ("key", "alt", "width", "height")


@dataclass
class Front:
    """What one page shows: the shop, for whom, and how many things are in their cart."""

    shop: Shop
    buyer: Buyer
    in_cart: int
    said: bytes


@dataclass
class ShopFront(Front):
    """The first page of a shop."""

    rows: str | None
    counts: str | None
    has_shares: bool

    @cached_property
    def page(self) -> Page[ProductView]:
        """Return what stands first, the newest first."""
        parts, found = Parts(), []
        for *face, place, pk, variants, pictures in json.loads(self.rows or "[]"):
            one = of_columns(Product, (*FACE, "place", "id"), [*face, place, pk])
            one.community_id = self.shop.community_id
            _take(parts, pk, variants, pictures)
            found.append(one)
        got = cut(sorted(found, key=lambda one: (one.place, -one.pk)), ORDER, SHOWN)
        return Page(product_views(got.items, parts, self.buyer, self.shop), got.next)

    @property
    def empty(self) -> bool:
        """Tell whether nothing stands there."""
        return self.rows in {None, "[]"}

    @property
    def more(self) -> str:
        """Return the address of what comes after, "" for nothing."""
        return f"?after={self.page.next}" if self.page.next else ""

    @cached_property
    def shelves(self) -> list[Shelf]:
        """Return every category that holds something, in its order: M18."""
        counts = json.loads(self.counts) if self.counts else []
        return shelves_of(dict(zip(fitness.categories(), counts, strict=bool(counts))))


@dataclass
class ProductFront(Front):
    """The page of a product; `complained` tells whether any group complaint is about it."""

    product: Product
    complained: bool
    variants: str
    pictures: str

    @cached_property
    def view(self) -> ProductView:
        """Return it as its buyer sees it."""
        parts = Parts()
        _take(parts, self.product.pk, self.variants, self.pictures)
        return product_views([self.product], parts, self.buyer, self.shop)[0]

    @property
    def image(self) -> str:
        """Return the key of the first picture, "" for none."""
        found = _rows(self.pictures)
        return found[0][2] if found else ""


def shop_front(shop: Shop, buyer: Buyer, viewer: "Person | AnonymousUser") -> ShopFront:
    """Return the first page of a shop for a viewer. MembersOnlyShop."""
    require_audience(shop, buyer)
    states = states_for(buyer)

    def whole(given: Sequence[int]) -> "QuerySet[Shop]":
        community_id, viewer_id = given
        sold = Product.objects.filter(community=community_id, state__in=states)
        newest = Subquery(sold.order_by(*ORDER).values("pk")[: SHOWN + 1])
        goods = Product.objects.filter(pk__in=newest).order_by()
        return Shop.objects.filter(community=community_id).annotate(
            goods=_text(goods, *FACE, "place", "pk", _variants(), _pictures()),
            counts=_counts(sold),
            has_shares=Exists(sold.filter(kind=Product.Kind.SHARE)),
            carried=_carried(viewer_id, OuterRef("community_id")),
        )

    row = first(states, whole, [shop.community_id, viewer.pk or 0])
    buyer = _with_their_tiers(buyer, row.goods)
    said = _said(shop, buyer, row.goods, row.counts, shop.community.slug, buyer.manages)
    return ShopFront(shop, buyer, row.carried or 0, said, row.goods, row.counts, row.has_shares)


def product_front(
    shop: Shop, uid: str, buyer: Buyer, viewer: "Person | AnonymousUser"
) -> ProductFront:
    """Return a product for a viewer. ProductNotFound, MembersOnlyShop."""
    row: Any = first("", _product, [shop.community_id, viewer.pk or 0, uid])
    require_sight(shop, row, buyer)
    buyer = _with_their_tiers(buyer, row.forms)
    known = [getattr(row, one.attname) for one in Product._meta.concrete_fields]
    said = _said(shop, buyer, known, row.forms, row.images, shop.community.slug)
    return ProductFront(
        shop, buyer, row.carried or 0, said, row, row.complained, row.forms, row.images
    )


def _product(given: Sequence[Any]) -> "QuerySet[Product]":
    community_id, viewer_id, uid = given
    about = GroupComplaint.objects.filter(product=OuterRef("pk"))
    return Product.objects.filter(community_id=community_id, uid=uid).annotate(
        forms=_variants(),
        images=_pictures(),
        complained=Exists(about),
        carried=_carried(viewer_id, OuterRef("community_id")),
    )


def _variants() -> Subquery:
    """Return the variants of the product of a row, with their rules and what is left of them."""
    stock = Stock.objects.filter(variant=OuterRef("pk"), campaign=None)
    rules = PriceRule.objects.filter(variant=OuterRef("pk"))
    active = Variant.objects.filter(product=OuterRef("pk"), active=True)
    # What the page calls a point, and whether it shows it, belongs to what is shown.
    left = _text(stock, "point", "amount", "point__name", "point__active")
    costs = _text(rules, "quantity", "price", "audience")
    return _text(active, "place", "pk", *FORM, left, costs)


def _pictures() -> Subquery:
    return _text(Picture.objects.filter(product=OuterRef("pk")), "place", "pk", *IMAGE)


def _counts(sold: "QuerySet[Product]") -> Subquery:
    """Return how many are sold of each category, in their order."""
    each = (Count("pk", filter=Q(category=code)) for code in fitness.categories())
    told = Cast(JsonRow(*each), TextField())
    return Subquery(sold.order_by().values("community").annotate(told=told).values("told"))


def _carried(viewer_id: int, community: Any) -> Subquery:
    found = CartItem.objects.filter(person=viewer_id, community=community).order_by()
    return Subquery(found.values("person").annotate(n=Sum("quantity")).values("n"))


def _text(found: "QuerySet[Any, Any]", *columns: Any) -> Subquery:
    """Return rows of a query as one text; as it comes it names them, without being taken apart."""
    rows = JsonRows(JsonRow(*columns))
    return Subquery(found.order_by().values_list(Cast(rows, TextField())))


def _with_their_tiers(buyer: Buyer, rows: str | None) -> Buyer:
    """Ask for the tiers of a buyer where a price names one."""
    return with_tiers(buyer) if TIER in (rows or "") else buyer


def _said(shop: Shop, buyer: Buyer, *more: Any) -> bytes:
    known = [getattr(shop, one.attname) for one in Shop._meta.concrete_fields]
    told = (known, shop.community.stage, sorted(buyer.audiences), buyer.member, more)
    return blake2b(repr(told).encode(), digest_size=16).digest()


def _take(parts: Parts, product_id: int, variants: Any, pictures: Any) -> None:
    """Take the variants and pictures of a product apart."""
    for _place, pk, *values, stock, rules in _rows(variants):
        variant = of_columns(Variant, ("id", "product_id", *FORM), [pk, product_id, *values])
        parts.variants[product_id].append(variant)
        parts.stock[pk] = [(point, amount) for point, amount, *_said in _rows(stock)]
        parts.rules[pk] = [Rule(who, least, cost) for least, cost, who in _rows(rules)]
    for _place, *values in _rows(pictures):
        parts.pictures[product_id].append(of_columns(Picture, ("id", *IMAGE), values))


def _rows(told: Any) -> list[Any]:
    """Return rows in their order; SQLite hands rows within rows over as text once more."""
    found = json.loads(told or "[]") if told is None or isinstance(told, str) else told
    return sorted(found, key=lambda row: [-1 if one is None else one for one in row[:2]])
