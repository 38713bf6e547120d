"""What an order would cost somebody at this moment, and whether it can be had at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, FilteredRelation, Q

from qunluo.kernel.prepared import objects, padded
from qunluo.kernel.text import _
from qunluo.market import errors
from qunluo.market.models import Coupon, PickupPoint, Product, Shop, Stock, Variant
from qunluo.market.queries.coupons import discounted
from qunluo.market.queries.products import (
    Buyer,
    buyer_of,
    names_tiers,
    price_rules,
    require_audience,
    with_tiers,
)
from qunluo.market.queries.shop import delivery_rates, door_open, shop_opened
from qunluo.market.rules.pricing import (
    MOST_PRICE,
    MOST_QUANTITY,
    Priced,
    Rate,
    Rule,
    fee,
    price,
    rate_for,
)
from qunluo.market.rules.wishes import ADDRESS, MOST_LINES, PLAIN_KINDS, Delivery, Wish

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.market.queries.shop import Viewer

LARGEST = 2**63 - 1  # that an id can be
VIRTUAL, SHIP, PICKUP = "virtual", "ship", "pickup"


@dataclass(frozen=True)
class QuotedLine:
    """A line of an order to be: the stock row it takes from is None where nothing is counted."""

    variant: Variant
    quantity: int
    priced: Priced
    stock: Stock | None
    tolerance: int = 0  # of it, what only helps to fill a case
    discount: int = 0  # its share of what a coupon takes off

    @property
    def product(self) -> Product:
        """Return the product."""
        return self.variant.product

    @property
    def amount(self) -> int:
        """Return what the line costs."""
        return self.priced.price * self.quantity


@dataclass(frozen=True)
class Offer:
    """What a campaign says of its variants: prices, the rows they are taken from, and tolerance.

    A variant of which no row is named is made or ordered afterwards, `shop` takes from the shop.
    """

    prices: Mapping[int, int]
    stock: Mapping[int, Stock]
    tolerance: Mapping[int, int]
    shop: bool


@dataclass(frozen=True)
class Quote:
    """An order to be, in whole minor units of the shop's currency."""

    shop: Shop
    lines: tuple[QuotedLine, ...]
    delivery: Delivery
    fee: int
    point: PickupPoint | None
    member: bool
    coupon: Coupon | None = None
    discount: int = 0

    @property
    def goods(self) -> int:
        """Return what the things cost together."""
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        """Return what is to be paid."""
        return self.goods + self.fee - self.discount

    @property
    def gives(self) -> str:
        """Return the kind of what is bought by rules of its own, or nothing."""
        kind = self.lines[0].product.kind
        return "" if kind in PLAIN_KINDS else kind

    @property
    def saved(self) -> int:
        """Return what belonging to the community saves."""
        return sum((line.priced.public - line.priced.price) * line.quantity for line in self.lines)


def quote(
    shop: Shop, wishes: Sequence[Wish], delivery: Delivery, *, viewer: "Viewer",
    offer: Offer | None = None, gives: str = "", coupon: str = "", entry: bool = False,
    buyer: Buyer | None = None,
) -> Quote:  # fmt: skip
    """Return what an order would cost. Nothing is set aside. Prices of a campaign are its own.

    `gives` is the kind of the one thing that is bought by rules of its own, for whose act asks;
    `coupon` the code of one, or the uid of one that the viewer was given. What lets in (`entry`)
    is sold before the shop opens, and to those who are still outside. A page that only shows it
    may know the `buyer` already.

    ShopNotOpen, NoCart, MembersOnlyShop, NothingToBuy, TooMuch, ProductNotFound, NotOnSale,
    SoldOut, SoldApart, InvalidOrder, NoDelivery, CouponNotFound, CouponRefused.
    """
    if shop.audience == Shop.Audience.DEALERS:
        raise errors.NoCart
    if not (door_open(shop) if entry else shop_opened(shop)):
        raise errors.ShopNotOpen
    buyer = buyer or buyer_of(viewer, shop.community, tiers=False)
    buyer, made = _quote(
        shop, wishes, delivery, buyer, offer, gives, tiers=bool(coupon), entry=entry
    )  # fmt: skip
    return discounted(made, coupon, viewer=viewer, buyer=buyer) if coupon else made


def _quote(
    shop: Shop, wishes: Sequence[Wish], delivery: Delivery, buyer: Buyer,
    offer: Offer | None, gives: str, *, tiers: bool, entry: bool,
) -> tuple[Buyer, Quote]:  # fmt: skip
    wanted = _counted(wishes)
    variants, rows = _variants(shop, wanted)
    _require_kinds(variants, gives)
    rules = price_rules(variants)
    if tiers or names_tiers(rules.values()):
        buyer = with_tiers(buyer)
    if not entry:
        require_audience(shop, buyer)
    needed = needs_delivery(variants.values())
    method = delivery.method if needed else VIRTUAL
    point = _point(shop, delivery) if method == PICKUP else None
    stock = _stock(rows, point)
    lines = tuple(
        _offered(variants[pk], number, offer, stock.get(pk))
        if offer
        else _line(variants[pk], number, rules.get(pk, []), buyer, stock.get(pk))
        for pk, number in wanted.items()
    )
    if method == SHIP:
        address = checked_address(delivery.address)
        return buyer, _within(shop, lines, Delivery(SHIP, address), address["region"], buyer)
    if method == PICKUP and point:
        fetched = Delivery(PICKUP, point=point.pk)
        return buyer, _bounded(Quote(shop, lines, fetched, 0, point, buyer.member))
    if needed:
        raise errors.InvalidOrder(fields={"method": [_("Choose how you want to get it.")]})
    return buyer, _bounded(Quote(shop, lines, Delivery(VIRTUAL), 0, None, buyer.member))


def needs_delivery(variants: Iterable[Variant]) -> bool:
    """Tell whether anything among variants has to reach its buyer bodily."""
    return any(one.product.kind == Product.Kind.PHYSICAL for one in variants)


def checked_address(given: Mapping[str, str]) -> dict[str, str]:
    """Return an address as it is kept. InvalidOrder says what is missing."""
    found = {name: str(given.get(name, "")).replace("\0", "").strip() for name in ADDRESS}
    wrong = {name: [_("Write something here.")] for name, text in found.items() if not text}
    wrong |= {
        name: [_("This is too long.")] for name, most in ADDRESS.items() if len(found[name]) > most
    }
    if wrong:
        raise errors.InvalidOrder(fields=wrong)
    return found


def _counted(wishes: Sequence[Wish]) -> dict[int, int]:
    """Return how many of each variant are wanted. NothingToBuy, TooMuch, InvalidOrder."""
    wanted: dict[int, int] = {}
    for one in wishes:
        if type(one.quantity) is not int or one.quantity < 1:
            raise errors.InvalidOrder(fields={"quantity": [_("Give a number from 1 on.")]})
        if not 0 < one.variant <= LARGEST:
            raise errors.ProductNotFound
        wanted[one.variant] = wanted.get(one.variant, 0) + one.quantity
    if not wanted:
        raise errors.NothingToBuy
    if len(wanted) > MOST_LINES or max(wanted.values()) > MOST_QUANTITY:
        raise errors.TooMuch
    return wanted


def _variants(shop: Shop, wanted: Mapping[int, int]) -> tuple[dict[int, Variant], list[Stock]]:
    """Return variants on sale by their ids, and the rows of the shop they are taken from."""
    found = objects("", _with_stock, [shop.community_id, *padded(wanted)])
    variants = {one.pk: one for one in found}
    if variants.keys() != wanted.keys():
        raise errors.ProductNotFound
    for one in variants.values():
        if not one.active or one.product.state != Product.State.ON_SALE:
            raise errors.NotOnSale(title=one.product.title)
    return variants, [
        Stock(pk=one.row, variant_id=one.pk, point_id=one.at, amount=one.left)
        for one in found
        if one.row is not None and one.counted
    ]


def _with_stock(given: Sequence[int]) -> "QuerySet[Variant]":
    """Return variants once for each of their rows of stock."""
    community_id, *wanted = given
    return (
        Variant.objects.filter(pk__in=wanted, product__community_id=community_id)
        .select_related("product")
        .annotate(shelf=FilteredRelation("stock", condition=Q(stock__campaign=None)))
        .annotate(row=F("shelf__pk"), at=F("shelf__point"), left=F("shelf__amount"))
    )


def _require_kinds(variants: Mapping[int, Variant], gives: str) -> None:
    """Refuse to sell with other things what has rules of its own. SoldApart."""
    for one in variants.values():
        kind = one.product.kind
        if kind != gives if gives else kind not in PLAIN_KINDS:
            raise errors.SoldApart(title=one.product.title)
    if gives and len(variants) > 1:
        raise errors.TooMuch


def _point(shop: Shop, delivery: Delivery) -> PickupPoint:
    found = PickupPoint.objects.filter(
        community_id=shop.community_id, pk=min(delivery.point or 0, LARGEST), active=True
    ).first()
    if found is None:
        raise errors.InvalidOrder(fields={"point": [_("Choose where you want to fetch it.")]})
    return found


def _stock(rows: Iterable[Stock], point: PickupPoint | None) -> dict[int, Stock]:
    """Return the row that each counted variant is taken from: that of the point, else the other."""
    found: dict[int, Stock] = {}
    for row in sorted(rows, key=lambda one: one.point_id is not None):
        if row.point_id is None or point is not None and row.point_id == point.pk:
            found[row.variant_id] = row
    return found


def _line(
    variant: Variant, quantity: int, rules: Sequence[Rule], buyer: Buyer, stock: Stock | None
) -> QuotedLine:
    if variant.counted and (stock is None or stock.amount < quantity):
        raise errors.SoldOut(title=variant.product.title, left=stock.amount if stock else 0)
    priced = price(variant.price, rules, buyer.audiences, quantity)
    return QuotedLine(variant, quantity, priced, stock)


def _offered(variant: Variant, quantity: int, offer: Offer, shelf: Stock | None) -> QuotedLine:
    """Return a line at the price of a campaign. ProductNotFound, SoldOut."""
    if variant.pk not in offer.prices:
        raise errors.ProductNotFound
    cost = offer.prices[variant.pk]
    row = offer.stock.get(variant.pk)
    if row is None and offer.shop and variant.counted:
        row = shelf
        if row is None:
            raise errors.SoldOut(title=variant.product.title, left=0)
    if row is not None and row.amount < quantity:
        raise errors.SoldOut(title=variant.product.title, left=row.amount)
    more = offer.tolerance.get(variant.pk, 0)
    return QuotedLine(variant, quantity, Priced(cost, cost), row, more)


def _within(
    shop: Shop, lines: tuple[QuotedLine, ...], delivery: Delivery, region: str, buyer: Buyer
) -> Quote:
    rates = [
        Rate(one.pk, one.regions, one.fee, one.free_from) for one in delivery_rates(shop.community)
    ]
    rate = rate_for(rates, region)
    if rate is None:
        raise errors.NoDelivery(region=region)
    physical = sum(line.amount for line in lines if line.product.kind == Product.Kind.PHYSICAL)
    return _bounded(Quote(shop, lines, delivery, fee(rate, physical), None, buyer.member))


def _bounded(made: Quote) -> Quote:
    if made.total > MOST_PRICE:
        raise errors.TooMuch
    return made
