"""What all doors of the market share: amounts, products as somebody sees them, places, picking."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Path
from pydantic import BaseModel, Field

from qunluo.api.caller import Caller
from qunluo.api.community import community_of
from qunluo.api.shapes import Shown
from qunluo.kernel import media
from qunluo.kernel.money import digits
from qunluo.kernel.text import _
from qunluo.market import queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

LARGEST = 10**12
Price = Annotated[int, Field(ge=0, le=LARGEST)]
Value = Annotated[int, Field(ge=0, le=10)]
Place = Annotated[int, Field(ge=0, le=9_999)]
Quantity = Annotated[int, Field(ge=1, le=9_999)]
ProductPath = Annotated[str, Path(max_length=12, pattern=r"^[A-Z0-9]+$")]
Kind = Literal["physical", "virtual"]


class PickupPoint(Shown):
    """Where buyers fetch what they bought."""

    id: int
    name: str
    address: str
    hours: str
    phone: str
    active: bool
    place: int


class ProductPicture(Shown):
    """A picture of a product."""

    id: int
    url: str
    alt: str
    width: int
    height: int


class PriceStep(Shown):
    """A price for somebody, from a quantity on."""

    audience: str = Field(description=_("everyone, members, or tier:<name>."))
    quantity: int
    price: int


class StockAtPoint(Shown):
    """How many are left at a pick-up point."""

    point_id: int
    left: int


class ProductVariant(Shown):
    """A form in which a product is bought; amounts are whole minor units."""

    id: int
    name: str
    price: int = Field(description=_("For the caller, one piece."))
    public_price: int = Field(description=_("For anybody."))
    member_price: int = Field(description=_("For members."))
    steps: list[PriceStep] = Field(description=_("Lower prices from a quantity on."))
    left: int | None = Field(description=_("Null where nothing is counted."))
    at_points: list[StockAtPoint]
    most: int | None = Field(description=_("How many one person may have in all."))


class ProductCard(Shown):
    """What a shelf shows of a product; amounts are whole minor units."""

    uid: str
    url: str
    title: str
    lead: str
    kind: str
    category: str
    state: str = Field(description=_("draft, on_sale, paused or ended."))
    surplus: bool = Field(description=_("There is too much of it; it is to find its eaters."))
    currency: str
    exponent: int = Field(description=_("How many decimals an amount has."))
    lowest: int
    public_lowest: int
    member_lowest: int
    saving: int = Field(description=_("Against what it costs elsewhere."))
    score: int = Field(description=_("Function times emotion, 0 to 100."))
    sold_out: bool
    sells: bool = Field(description=_("It can be ordered at this moment."))
    pictures: list[ProductPicture]


class PricePart(BaseModel):
    """A part of what the price is made of."""

    name: str
    amount: int


class ShopProduct(ProductCard):
    """A product with its facts."""

    text: str
    origin: str
    defects: str
    needs: list[str]
    parts: list[PricePart]
    elsewhere: int | None
    function: int | None
    emotion: int | None
    spirit: int | None
    need: str
    bought: str
    used: str
    quality: str
    symbol: str
    royalty_percent: int
    royalty_to: str
    returnable: bool
    no_return: str
    pause_reason: str
    sold: int
    listed_at: datetime | None
    variants: list[ProductVariant]


def shop_of(request: Caller, slug: str) -> "tuple[rows.Shop, queries.Buyer]":
    """Return the shop of a community, and what the caller is in it. ShopNotFound."""
    community = community_of(request, slug)
    shop = queries.get_shop(community)
    return shop, queries.buyer_of(request.person, community, tiers=False)


def managed_shop_of(request: Caller, slug: str) -> "rows.Shop":
    """Return a shop that the caller runs. PermissionMissing, ShopNotFound."""
    return queries.managed_shop(community_of(request, slug), viewer=request.person)


def managed_product_of(request: Caller, slug: str, uid: str) -> "rows.Product":
    """Return a product that the caller runs. PermissionMissing, ProductNotFound."""
    return queries.managed_product(community_of(request, slug), uid, viewer=request.person)


def show_point(point: "rows.PickupPoint") -> dict[str, Any]:
    """Show a pick-up point."""
    names = ("id", "name", "address", "hours", "phone", "active", "place")
    return {name: getattr(point, name) for name in names}


def show_picture(one: "rows.Picture") -> dict[str, Any]:
    """Show a picture of a product."""
    plain = {name: getattr(one, name) for name in ("id", "alt", "width", "height")}
    return plain | {"url": media.url(one.key)}


def show_card(view: queries.ProductView, shop: "rows.Shop") -> dict[str, Any]:
    """Show a product on a shelf."""
    product = view.product
    columns = ("uid", "title", "lead", "kind", "category", "state", "surplus")
    counted = (
        "lowest", "public_lowest", "member_lowest", "saving", "score", "sold_out", "sells",
    )  # fmt: skip
    return {
        **{name: getattr(product, name) for name in columns},
        **{name: getattr(view, name) for name in counted},
        "url": f"/c/{shop.community.slug}/shop/p/{product.uid}/",
        "currency": shop.currency,
        "exponent": digits(shop.currency),
        "pictures": [show_picture(one) for one in view.pictures],
    }


def show_product(view: queries.ProductView, shop: "rows.Shop") -> dict[str, Any]:
    """Show a product with its facts and variants."""
    product = view.product
    columns = (
        "text", "origin", "defects", "needs", "parts", "elsewhere", "function", "emotion", "spirit",
        "need", "bought", "used", "quality", "symbol", "royalty_percent", "royalty_to",
        "returnable", "no_return", "pause_reason",
        "sold", "listed_at",
    )  # fmt: skip
    return {
        **show_card(view, shop),
        **{name: getattr(product, name) for name in columns},
        "variants": [_variant(one) for one in view.variants],
    }


def _variant(view: queries.VariantView) -> dict[str, Any]:
    return {
        "id": view.variant.pk,
        "name": view.variant.name,
        "price": view.priced.price,
        "public_price": view.priced.public,
        "member_price": view.member_price,
        "steps": [rule._asdict() for rule in view.steps],
        "left": view.left,
        "at_points": [{"point_id": point, "left": left} for point, left in view.at_points],
        "most": view.variant.most,
    }
