"""Products as their viewers may see them: what they cost whom, and how many are left."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Count, F, FilteredRelation, Q

from qunluo.community import queries as communities
from qunluo.kernel.paging import Page, cut, page
from qunluo.kernel.prepared import ask, first, objects, padded
from qunluo.market.errors import MembersOnlyShop, ProductNotFound
from qunluo.market.models import Picture, PriceRule, Product, Shop, Variant
from qunluo.market.queries.shop import shop_opened
from qunluo.market.rules import fitness
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import TIER, Priced, Rule, audiences_of, price

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.community.queries import Standing
    from qunluo.market.queries.shop import Viewer

State = Product.State
OPEN_STATES = (State.ON_SALE, State.PAUSED)
ORDER = ("place", "-id")
MEMBER = audiences_of(member=True)


@dataclass(frozen=True)
class Buyer:
    """Who looks at a shop: what belonging brings them, and whether they run it.

    Whose tiers (`unasked`: a person and a community) are asked for where a price names one.
    """

    audiences: frozenset[str]
    member: bool
    manages: bool
    unasked: "tuple[Viewer, int] | None" = None


@dataclass(frozen=True)
class VariantView:
    """A variant for one viewer: `left` is None where nothing is counted."""

    variant: Variant
    priced: Priced
    member_price: int
    steps: tuple[Rule, ...]
    left: int | None
    at_points: tuple[tuple[int, int], ...] = ()

    @property
    def sold_out(self) -> bool:
        """Tell whether there are none anywhere."""
        return self.left is not None and self.left <= 0


@dataclass(frozen=True)
class ProductView:
    """A product for one viewer, with its variants in their order."""

    product: Product
    variants: tuple[VariantView, ...]
    pictures: tuple[Picture, ...]
    sells: bool

    @property
    def lowest(self) -> int:
        """Return the lowest price for this viewer."""
        return min((one.priced.price for one in self.variants), default=0)

    @property
    def public_lowest(self) -> int:
        """Return the lowest price for anybody."""
        return min((one.priced.public for one in self.variants), default=0)

    @property
    def member_lowest(self) -> int:
        """Return the lowest price for members."""
        return min((one.member_price for one in self.variants), default=0)

    @property
    def several_prices(self) -> bool:
        """Tell whether variants cost differently."""
        return len({one.priced.price for one in self.variants}) > 1

    @property
    def sold_out(self) -> bool:
        """Tell whether there is none of any variant."""
        return all(one.sold_out for one in self.variants)

    @property
    def score(self) -> int:
        """Return function × emotion: F19."""
        return fitness.score(self.product.function, self.product.emotion)

    @property
    def saving(self) -> int:
        """Return what the viewer saves against other channels, 0 when nothing: M13."""
        return max((self.product.elsewhere or 0) - self.lowest, 0)


@dataclass(frozen=True)
class Shelf:
    """One category and how many products stand in it."""

    code: str
    name: fitness.Words
    count: int


@dataclass
class Parts:
    """What belongs to products, by their ids."""

    variants: dict[int, list[Variant]] = field(default_factory=lambda: defaultdict(list))
    rules: dict[int, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    stock: dict[int, list[tuple[int | None, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    pictures: dict[int, list[Picture]] = field(default_factory=lambda: defaultdict(list))


def buyer_of(
    viewer: "Viewer", community: "Community", *, tiers: bool = True,
    standing: "Standing | None" = None,
) -> Buyer:  # fmt: skip
    """Return what belonging to a community brings somebody in its shop.

    Without `tiers` they are asked for where a price names one; `standing` where it is known.
    """
    standing = standing or communities.standing(viewer, community)
    member = standing.membership_id is not None and not standing.suspended_until
    unasked = None if viewer is None or viewer.pk is None else (viewer, community.pk)
    found = Buyer(audiences_of(member=member), member, MANAGE in standing.permissions, unasked)
    return with_tiers(found) if tiers else found


def with_tiers(buyer: Buyer) -> Buyer:
    """Return a buyer with their tiers, which are asked for once."""
    if buyer.unasked is None:
        return buyer
    viewer, community = buyer.unasked
    held = communities.holdings(viewer, [community])
    tiers = [name for _community, kind, name in held if kind == "tier"]
    return replace(buyer, audiences=audiences_of(member=buyer.member, tiers=tiers), unasked=None)


def require_audience(shop: Shop, buyer: Buyer) -> None:
    """Refuse who is not sold to: in a pure community everybody but members. MembersOnlyShop."""
    if shop.audience == Shop.Audience.MEMBERS and not (buyer.member or buyer.manages):
        raise MembersOnlyShop


def shelves(community: "Community", buyer: Buyer) -> list[Shelf]:
    """Return the life circle: every category that holds something, in its order. M18."""
    states = states_for(buyer)

    def counted(given: Sequence[int]) -> "QuerySet[Product, Any]":
        found = Product.objects.filter(community_id=given[0], state__in=states)
        return found.values("category").annotate(n=Count("pk")).values_list("category", "n")

    return shelves_of(dict(ask(states, counted, [community.pk])))


def shelves_of(counts: Mapping[str, int]) -> list[Shelf]:
    """Return every category of which there is something, in its order."""
    names = fitness.categories()
    return [Shelf(code, names[code], counts[code]) for code in names if counts.get(code)]


def products(
    shop: Shop,
    buyer: Buyer,
    *,
    category: str = "",
    words: str = "",
    surplus: bool = False,
    after: str | None = None,
    limit: int = 24,
) -> Page[ProductView]:
    """Return what stands in a shop, the newest first. MembersOnlyShop."""
    require_audience(shop, buyer)
    if not (category or words or surplus or after):
        got = cut(_first(shop, buyer, limit), ORDER, limit)
        return Page(views_of(got.items, buyer, shop), got.next)
    found = Product.objects.filter(community_id=shop.community_id, state__in=states_for(buyer))
    if category:
        found = found.filter(category=category)
    if surplus:
        found = found.filter(surplus=True)
    for word in words.split()[:5]:
        found = found.filter(title__icontains=word)
    got = page(found, ORDER, after, limit)
    return Page(views_of(got.items, buyer, shop), got.next)


def _first(shop: Shop, buyer: Buyer, limit: int) -> list[Product]:
    """Return what stands first in a shop, and one more where there is one."""
    states = states_for(buyer)

    def whole(given: Sequence[int]) -> "QuerySet[Product]":
        found = Product.objects.filter(community_id=given[0], state__in=states)
        return found.order_by(*ORDER)[: limit + 1]

    return objects((states, limit), whole, [shop.community_id])


def get_product(shop: Shop, uid: str, buyer: Buyer) -> ProductView:
    """Return a product for a viewer. ProductNotFound, MembersOnlyShop."""
    product: Product | None = first("", _named, [shop.community_id, uid])
    require_sight(shop, product, buyer)
    return views_of([cast("Product", product)], buyer, shop)[0]


def _named(given: Sequence[Any]) -> "QuerySet[Product]":
    return Product.objects.filter(community_id=given[0], uid=given[1])


def require_sight(shop: Shop, product: Product | None, buyer: Buyer) -> None:
    """Refuse who may not see a product. ProductNotFound, MembersOnlyShop."""
    require_audience(shop, buyer)
    if product is None or not buyer.manages and product.state not in OPEN_STATES:
        raise ProductNotFound


def managed_product(community: "Community", uid: str, *, viewer: "Viewer") -> Product:
    """Return a product for who runs the shop. PermissionMissing, ProductNotFound."""
    communities.require(viewer, community, MANAGE)
    product = Product.objects.filter(community=community, uid=uid).first()
    if product is None:
        raise ProductNotFound
    return product


def managed_products(community: "Community", *, viewer: "Viewer") -> list[ProductView]:
    """Return everything that was ever written down, for who runs the shop. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = Product.objects.filter(community=community).order_by("place", "-id")[:500]
    buyer = Buyer(frozenset({"everyone"}), member=False, manages=True)
    return views_of(list(found), buyer, None)


def missing_for_sale(product: Product) -> list[fitness.Missing]:
    """Return what keeps a product from going on sale: F16."""
    declared = {
        name: getattr(product, name)
        for name in ("need", "bought", "used", "quality", "function", "emotion")
    }
    return fitness.missing(declared, product.variants.filter(active=True).count())


def price_rules(variants: Collection[int]) -> dict[int, list[Rule]]:
    """Return the price rules of variants, by their ids."""
    found: dict[int, list[Rule]] = defaultdict(list)
    for pk, who, quantity, cost in ask("", _rules, padded(variants)) if variants else []:
        found[pk].append(Rule(who, quantity, cost))
    return found


def _rules(variants: Sequence[int]) -> "QuerySet[PriceRule, Any]":
    found = PriceRule.objects.filter(variant__in=list(variants)).order_by("quantity", "price")
    return found.values_list("variant", "audience", "quantity", "price")


def names_tiers(rules: Iterable[Sequence[Rule]]) -> bool:
    """Tell whether any rule asks for a tier, so that tiers have to be looked up."""
    return any(rule.audience.startswith(TIER) for some in rules for rule in some)


def states_for(buyer: Buyer) -> tuple[str, ...]:
    """Return the states in which a product stands in the shop for somebody."""
    return (State.DRAFT, *OPEN_STATES) if buyer.manages else OPEN_STATES


def views_of(found: Sequence[Product], buyer: Buyer, shop: Shop | None) -> list[ProductView]:
    """Return products that were fetched as their buyer sees them."""
    parts = _parts([product.pk for product in found])
    if names_tiers(parts.rules.values()):
        buyer = with_tiers(buyer)
    return product_views(found, parts, buyer, shop)


def product_views(
    found: Sequence[Product], parts: Parts, buyer: Buyer, shop: Shop | None
) -> list[ProductView]:
    """Return products with what was fetched of them, for a buyer whose tiers are known."""
    sells = shop is not None and shop_opened(shop)
    return [
        ProductView(
            product,
            tuple(_variant(one, parts, buyer) for one in parts.variants[product.pk]),
            tuple(parts.pictures[product.pk]),
            sells and product.state == State.ON_SALE,
        )
        for product in found
    ]


def _parts(products: Sequence[int]) -> Parts:
    parts = Parts()
    asked = padded(products)
    for variant in objects("", _stocked, asked) if products else []:
        if variant.pk not in parts.stock:
            parts.variants[variant.product_id].append(variant)
        held = parts.stock[variant.pk]
        if variant.left is not None:
            held.append((variant.at, variant.left))
    parts.rules.update(price_rules(list(parts.stock)))
    for picture in objects("", _pictures, asked) if products else []:
        parts.pictures[picture.product_id].append(picture)
    return parts


def _stocked(products: Sequence[int]) -> "QuerySet[Variant]":
    """Return variants once for each of their rows of stock."""
    return (
        Variant.objects.filter(product__in=list(products), active=True)
        .annotate(shelf=FilteredRelation("stock", condition=Q(stock__campaign=None)))
        .annotate(at=F("shelf__point"), left=F("shelf__amount"))
        .order_by("place", "pk")
    )


def _pictures(products: Sequence[int]) -> "QuerySet[Picture]":
    return Picture.objects.filter(product__in=list(products)).order_by(F("place"), "pk")


def _variant(variant: Variant, parts: Parts, buyer: Buyer) -> VariantView:
    rules = parts.rules[variant.pk]
    stock = parts.stock[variant.pk]
    steps = tuple(r for r in rules if r.quantity > 1 and r.audience in buyer.audiences)
    mine = price(variant.price, rules, buyer.audiences)
    alike = buyer.audiences == MEMBER
    return VariantView(
        variant,
        mine,
        mine.price if alike else price(variant.price, rules, MEMBER).price,
        steps,
        sum(amount for _point, amount in stock) if variant.counted else None,
        tuple((point, amount) for point, amount in stock if point is not None),
    )


def variants_in_cart(wanted: Mapping[int, int], buyer: Buyer) -> dict[int, VariantView]:
    """Return variants at the quantity in which they are wanted, for one viewer, by their ids."""
    found = objects("", _wanted, padded(wanted)) if wanted else []
    parts = _parts([one.product_id for one in found])
    if names_tiers(parts.rules.values()):
        buyer = with_tiers(buyer)
    views = {one.pk: _variant(one, parts, buyer) for one in found}
    return {
        pk: replace(
            view,
            priced=price(view.variant.price, parts.rules[pk], buyer.audiences, wanted[pk]),
        )
        for pk, view in views.items()
    }


def _wanted(variants: Sequence[int]) -> "QuerySet[Variant]":
    return Variant.objects.filter(pk__in=list(variants)).select_related("product")
