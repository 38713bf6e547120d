"""Products: the shelves for who buys, and everything about them for who runs the shop."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import File, Form, Query, Status
from ninja.files import UploadedFile
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import PICTURES, SlugPath
from qunluo.api.errors import TooLarge
from qunluo.api.market import (
    Kind,
    Place,
    Price,
    ProductCard,
    ProductPath,
    ProductPicture,
    ShopProduct,
    Value,
    managed_product_of,
    managed_shop_of,
    shop_of,
    show_card,
    show_picture,
    show_product,
)
from qunluo.api.shapes import Given, Id, Listing, Paging, Shown, listing
from qunluo.api.texts import picked
from qunluo.api.variants import ManagedVariant, show_variant
from qunluo.kernel import media
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("products", "Shop")
HERE = "/communities/{slug}/products"
ONE = f"{HERE}/{{product_uid}}"
NeedText = Annotated[str, Field(max_length=120)]


class ShopCategory(Shown):
    """A category of the life circle that holds something."""

    code: str
    name: str
    count: int


class ManagedProduct(ShopProduct):
    """A product for who runs the shop."""

    handed_over: str = Field(description=_("What the buyer of something virtual then reads."))
    place: int
    added_at: datetime
    all_variants: list[ManagedVariant]


class MissingForSale(Shown):
    """What keeps a product from going on sale, and what opens the gate."""

    code: str
    text: str
    opens: str


class Fitness(Shown):
    """Whether a product may go on sale, and what it is worth to people."""

    fit: bool
    score: int = Field(description=_("Function times emotion, 0 to 100."))
    missing: list[MissingForSale]


class ProductFilter(Paging):
    """Which products."""

    category: str = Field("", max_length=20)
    words: str = Field("", max_length=100, description=_("Words of the title."))
    surplus: bool = Field(default=False, description=_("Only what there is too much of."))


class PartWish(Given):
    """A part of what the price is made of."""

    name: str = Field(max_length=40)
    amount: Price


class ProductChange(Given):
    """What is said of a product; whatever is missing stays as it is."""

    title: str = Field("", max_length=80)
    kind: Kind = "physical"
    category: str = Field("other", max_length=20)
    lead: str = Field("", max_length=200)
    text: str = Field("", max_length=20_000)
    origin: str = Field("", max_length=200)
    defects: str = Field("", max_length=2_000)
    needs: list[NeedText] = Field(default=[], max_length=10)
    parts: list[PartWish] = Field(default=[], max_length=12)
    elsewhere: Price | None = None
    function: Value | None = None
    emotion: Value | None = None
    spirit: Value | None = None
    need: str = Field("", max_length=1_000)
    bought: str = Field("", max_length=10)
    used: str = Field("", max_length=10)
    quality: str = Field("", max_length=2_000)
    surplus: bool = False
    symbol: str = Field("", max_length=80, description=_("Of merchandise: what it carries."))
    royalty_percent: int = Field(0, ge=0, le=50)
    royalty_to: str = Field("", max_length=80)
    returnable: bool = True
    no_return: str = Field("", max_length=200)
    handed_over: str = Field("", max_length=20_000)
    place: Place = 0


class ProductWish(ProductChange):
    """A product that is written down."""

    title: str = Field(max_length=80)


class Withdrawal(Given):
    """Why it is taken off sale; people read it."""

    reason: str = Field("", max_length=400)
    for_good: bool = False


class PictureWish(Given):
    """What is told about a picture."""

    alt: str = Field("", max_length=200)


@area.read(
    "/communities/{slug}/shop/categories", list[ShopCategory], scope="shop:read", public=True
)
def shop_categories(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the life circle."""
    shop, buyer = shop_of(request, slug)
    queries.require_audience(shop, buyer)
    return [
        {"code": one.code, "name": picked(one.name), "count": one.count}
        for one in queries.shelves(shop.community, buyer)
    ]


@area.read(HERE, Listing[ProductCard], scope="shop:read", public=True)
def products(request: Caller, slug: SlugPath, wanted: Query[ProductFilter]) -> dict[str, Any]:
    """List what stands in a shop."""
    shop, buyer = shop_of(request, slug)
    found = queries.products(
        shop,
        buyer,
        category=wanted.category,
        words=wanted.words,
        surplus=wanted.surplus,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, lambda one: show_card(one, shop))


@area.read(ONE, ShopProduct, scope="shop:read", public=True)
def product(request: Caller, slug: SlugPath, product_uid: ProductPath) -> dict[str, Any]:
    """Get a product."""
    shop, buyer = shop_of(request, slug)
    return show_product(queries.get_product(shop, product_uid, buyer), shop)


@area.read("/communities/{slug}/shop/products", list[ManagedProduct], scope="selling:read")
def managed_products(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List everything that was ever written down."""
    shop = managed_shop_of(request, slug)
    views = queries.managed_products(shop.community, viewer=request.person)
    kept = queries.managed_variants([one.product.pk for one in views])
    return [_managed(one, shop, kept[one.product.pk]) for one in views]


@area.write("POST", HERE, ManagedProduct, scope="selling:write", status=201)
def add_product(request: Caller, slug: SlugPath, wish: ProductWish) -> Status[dict[str, Any]]:
    """Write a product down."""
    shop = managed_shop_of(request, slug)
    made = actions.add_product(actor=request.person, community=shop.community, **_said(wish))
    return Status(201, _one(request, shop, made.uid))


@area.write("PATCH", ONE, ManagedProduct, scope="selling:write")
def change_product(
    request: Caller, slug: SlugPath, product_uid: ProductPath, change: ProductChange
) -> dict[str, Any]:
    """Change what is said of a product."""
    found = managed_product_of(request, slug, product_uid)
    actions.edit_product(actor=request.person, product=found, **_said(change))
    return _one(request, managed_shop_of(request, slug), product_uid)


@area.read(f"{ONE}/fitness", Fitness, scope="selling:read")
def product_fitness(request: Caller, slug: SlugPath, product_uid: ProductPath) -> dict[str, Any]:
    """Ask what keeps a product from going on sale."""
    found = managed_product_of(request, slug, product_uid)
    missing = queries.missing_for_sale(found)
    return {
        "fit": not missing,
        "score": queries.score(found.function, found.emotion),
        "missing": [
            {"code": one.code, "text": picked(one.text), "opens": picked(one.opens)}
            for one in missing
        ],
    }


@area.write("POST", f"{ONE}/list", ManagedProduct, scope="selling:write")
def list_product(request: Caller, slug: SlugPath, product_uid: ProductPath) -> dict[str, Any]:
    """Put a product on sale."""
    actions.list_product(
        actor=request.person, product=managed_product_of(request, slug, product_uid)
    )
    return _one(request, managed_shop_of(request, slug), product_uid)


@area.write("POST", f"{ONE}/withdraw", ManagedProduct, scope="selling:write")
def withdraw_product(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: Withdrawal
) -> dict[str, Any]:
    """Take a product off sale."""
    found = managed_product_of(request, slug, product_uid)
    actions.withdraw_product(
        actor=request.person, product=found, reason=wish.reason, for_good=wish.for_good
    )
    return _one(request, managed_shop_of(request, slug), product_uid)


@area.write(
    "POST", f"{ONE}/pictures", ProductPicture, scope="selling:write", status=201, rate=PICTURES
)
def add_product_picture(
    request: Caller,
    slug: SlugPath,
    product_uid: ProductPath,
    picture: File[UploadedFile],
    wish: Form[PictureWish],
) -> Status[dict[str, Any]]:
    """Add a picture to a product."""
    if (picture.size or 0) > media.MOST_BYTES:
        raise TooLarge
    found = managed_product_of(request, slug, product_uid)
    made = actions.add_picture(
        actor=request.person, product=found, data=picture.read(), alt=wish.alt
    )
    return Status(201, show_picture(made))


@area.write("DELETE", f"{ONE}/pictures/{{picture_id}}", None, scope="selling:write", status=204)
def remove_product_picture(
    request: Caller, slug: SlugPath, product_uid: ProductPath, picture_id: Id
) -> Status[None]:
    """Take a picture off a product."""
    found = managed_product_of(request, slug, product_uid)
    picture = queries.managed_picture(found, picture_id, viewer=request.person)
    actions.remove_picture(actor=request.person, picture=picture)
    return Status(204, None)


def _said(wish: ProductChange) -> dict[str, Any]:
    given = wish.model_dump(exclude_unset=True)
    if "parts" in given:
        given["parts"] = [(part["name"], part["amount"]) for part in given["parts"]]
    return given


def _one(request: Caller, shop: "rows.Shop", uid: str) -> dict[str, Any]:
    """Show a product as it is now for who runs the shop."""
    buyer = queries.buyer_of(request.person, shop.community)
    view = queries.get_product(shop, uid, buyer)
    kept = queries.managed_variants([view.product.pk])
    return _managed(view, shop, kept[view.product.pk])


def _managed(
    view: queries.ProductView, shop: "rows.Shop", kept: list[queries.KeptVariant]
) -> dict[str, Any]:
    plain = {name: getattr(view.product, name) for name in ("handed_over", "place", "added_at")}
    return show_product(view, shop) | plain | {"all_variants": [show_variant(one) for one in kept]}
