"""Variants of a product, their prices and how many there are, for who runs the shop."""

from typing import TYPE_CHECKING, Any

from ninja import Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath
from qunluo.api.market import Place, Price, ProductPath, Quantity, managed_product_of
from qunluo.api.shapes import Given, Id, Shown
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("variants", "Shop")
HERE = "/communities/{slug}/products/{product_uid}/variants"


class PriceRule(Shown):
    """A lower price for somebody, or from a quantity on."""

    audience: str = Field(description=_("everyone, members, or tier:<name>."))
    quantity: int
    price: int


class VariantStock(Shown):
    """How many are left, in all or at a pick-up point."""

    point_id: int | None
    left: int


class ManagedVariant(Shown):
    """A variant with all its prices and stock, in use or not."""

    id: int
    name: str
    sku: str
    price: int
    counted: bool
    most: int | None
    active: bool
    place: int
    rules: list[PriceRule]
    stock: list[VariantStock]


class PriceRuleWish(Given):
    """A lower price for somebody, or from a quantity on."""

    audience: str = Field("everyone", max_length=45)
    quantity: Quantity = 1
    price: Price


class VariantChange(Given):
    """What is said of a variant; whatever is missing stays as it is."""

    name: str = Field("", max_length=60)
    sku: str = Field("", max_length=40)
    price: Price = 0
    counted: bool = True
    most: Quantity | None = None
    active: bool = True
    place: Place = 0
    rules: list[PriceRuleWish] = Field(default=[], max_length=20)


class VariantWish(VariantChange):
    """A variant that is added."""

    price: Price


class StockWish(Given):
    """How many can still be sold, in all or at a pick-up point."""

    amount: int = Field(ge=0, le=1_000_000)
    point_id: Id | None = None


@area.write("POST", HERE, ManagedVariant, scope="selling:write", status=201)
def add_variant(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: VariantWish
) -> Status[dict[str, Any]]:
    """Add a variant with its prices."""
    found = managed_product_of(request, slug, product_uid)
    made = actions.save_variant(actor=request.person, product=found, **_variant_said(wish))
    return Status(201, _variant(found, made.pk))


@area.write("PATCH", f"{HERE}/{{variant_id}}", ManagedVariant, scope="selling:write")
def change_variant(
    request: Caller, slug: SlugPath, product_uid: ProductPath, variant_id: Id, change: VariantChange
) -> dict[str, Any]:
    """Change a variant or its prices."""
    found = managed_product_of(request, slug, product_uid)
    variant = queries.managed_variant(found, variant_id, viewer=request.person)
    actions.save_variant(
        actor=request.person, product=found, variant=variant, **_variant_said(change)
    )
    return _variant(found, variant_id)


@area.write("PUT", f"{HERE}/{{variant_id}}/stock", ManagedVariant, scope="selling:write")
def set_stock(
    request: Caller, slug: SlugPath, product_uid: ProductPath, variant_id: Id, wish: StockWish
) -> dict[str, Any]:
    """Say how many can still be sold."""
    found = managed_product_of(request, slug, product_uid)
    variant = queries.managed_variant(found, variant_id, viewer=request.person)
    point = None
    if wish.point_id is not None:
        point = queries.managed_point(found.community, wish.point_id, viewer=request.person)
    actions.set_stock(actor=request.person, variant=variant, amount=wish.amount, point=point)
    return _variant(found, variant_id)


def _variant_said(wish: VariantChange) -> dict[str, Any]:
    given = wish.model_dump(exclude_unset=True)
    if "rules" in given:
        given["rules"] = [queries.Rule(one.audience, one.quantity, one.price) for one in wish.rules]
    return given


def _variant(product: "rows.Product", pk: int) -> dict[str, Any]:
    kept = queries.managed_variants([product.pk])[product.pk]
    return next(show_variant(one) for one in kept if one.variant.pk == pk)


def show_variant(one: queries.KeptVariant) -> dict[str, Any]:
    """Show a variant as it is kept."""
    columns = ("id", "name", "sku", "price", "counted", "most", "active", "place")
    return {
        **{name: getattr(one.variant, name) for name in columns},
        "rules": [rule._asdict() for rule in one.rules],
        "stock": [{"point_id": point, "left": left} for point, left in one.stock],
    }
