"""Products as their viewers may see them: what they cost whom, and how many are left."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import F

from qunluo.community import queries as communities
from qunluo.kernel.paging import Page, page
from qunluo.kernel.prepared import ask, padded
from qunluo.market.errors import MembersOnlyShop, ProductNotFound
from qunluo.market.models import Picture, PriceRule, Product, Shop, Stock, Variant
from qunluo.market.queries.shop import shop_opened
from qunluo.market.rules import fitness
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import TIER, Priced, Rule, audiences_of, price

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer

State = Product.State
OPEN_STATES = (State.ON_SALE, State.PAUSED)


@dataclass(frozen=True)
class Buyer:
    """Who looks at a shop: what belonging brings them, and whether they run it."""

    audiences: frozenset[str]
    member: bool
    manages: bool


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
class _Parts:
    """What belongs to products, by their ids."""

    variants: dict[int, list[Variant]] = field(default_factory=lambda: defaultdict(list))
    rules: dict[int, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    stock: dict[int, list[tuple[int | None, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    pictures: dict[int, list[Picture]] = field(default_factory=lambda: defaultdict(list))


def buyer_of(viewer: "Viewer", community: "Community", *, tiers: bool = True) -> Buyer:
    """Return what belonging to a community brings somebody in its shop."""
    standing = communities.standing(viewer, community)
    member = standing.membership_id is not None and not standing.suspended_until
    held: list[str] = []
    if tiers and viewer is not None and viewer.pk is not None:
        mine = communities.holdings(viewer, [community.pk])
        held = [name for _community, kind, name in mine if kind == "tier"]
    audiences = audiences_of(member=member, tiers=held)
    return Buyer(audiences, member, MANAGE in standing.permissions)


def require_audience(shop: Shop, buyer: Buyer) -> None:
    """Refuse who is not sold to: in a pure community everybody but members. MembersOnlyShop."""
    if shop.audience == Shop.Audience.MEMBERS and not (buyer.member or buyer.manages):
        raise MembersOnlyShop


def shelves(community: "Community", buyer: Buyer) -> list[Shelf]:
    """Return the life circle: every category that holds something, in its order. M18."""
    found = Product.objects.filter(community=community, state__in=_states(buyer))
    counts: dict[str, int] = defaultdict(int)
    for code in found.values_list("category", flat=True):
        counts[code] += 1
    names = fitness.categories()
    return [Shelf(code, names[code], counts[code]) for code in names if counts[code]]


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
    found = Product.objects.filter(community_id=shop.community_id, state__in=_states(buyer))
    if category:
        found = found.filter(category=category)
    if surplus:
        found = found.filter(surplus=True)
    for word in words.split()[:5]:
        found = found.filter(title__icontains=word)
    got = page(found, ["place", "-id"], after, limit)
    return Page(views_of(got.items, buyer, shop), got.next)


def get_product(shop: Shop, uid: str, buyer: Buyer) -> ProductView:
    """Return a product for a viewer. ProductNotFound, MembersOnlyShop."""
    require_audience(shop, buyer)
    product = Product.objects.filter(community_id=shop.community_id, uid=uid).first()
    if product is None or not buyer.manages and product.state not in OPEN_STATES:
        raise ProductNotFound
    return views_of([product], buyer, shop)[0]


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


def _states(buyer: Buyer) -> tuple[str, ...]:
    return (State.DRAFT, *OPEN_STATES) if buyer.manages else OPEN_STATES


def views_of(found: Sequence[Product], buyer: Buyer, shop: Shop | None) -> list[ProductView]:
    """Return products that were fetched as their buyer sees them."""
    parts = _parts([product.pk for product in found])
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


def _parts(products: Sequence[int]) -> _Parts:
    parts = _Parts()
    rows = Variant.objects.filter(product__in=products, active=True).order_by("place", "pk")
    for variant in rows:
        parts.variants[variant.product_id].append(variant)
    variants = [one.pk for some in parts.variants.values() for one in some]
    parts.rules.update(price_rules(variants))
    for pk, point, amount in Stock.objects.filter(variant__in=variants, campaign=None).values_list(
        "variant", "point", "amount"
    ):
        parts.stock[pk].append((point, amount))
    for picture in Picture.objects.filter(product__in=products).order_by(F("place"), "pk"):
        parts.pictures[picture.product_id].append(picture)
    return parts


def _variant(variant: Variant, parts: _Parts, buyer: Buyer) -> VariantView:
    rules = parts.rules[variant.pk]
    stock = parts.stock[variant.pk]
    steps = tuple(r for r in rules if r.quantity > 1 and r.audience in buyer.audiences)
    everybody_in = audiences_of(member=True)
    return VariantView(
        variant,
        price(variant.price, rules, buyer.audiences),
        price(variant.price, rules, everybody_in).price,
        steps,
        sum(amount for _point, amount in stock) if variant.counted else None,
        tuple((point, amount) for point, amount in stock if point is not None),
    )


def variants_in_cart(wanted: Mapping[int, int], buyer: Buyer) -> dict[int, VariantView]:
    """Return variants at the quantity in which they are wanted, for one viewer, by their ids."""
    found = list(Variant.objects.filter(pk__in=wanted).select_related("product"))
    parts = _parts([one.product_id for one in found])
    views = {one.pk: _variant(one, parts, buyer) for one in found}
    return {
        pk: replace(
            view,
            priced=price(view.variant.price, parts.rules[pk], buyer.audiences, wanted[pk]),
        )
        for pk, view in views.items()
    }
