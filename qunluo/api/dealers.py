"""Where to buy outside, codes of products, and what one has registered by them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area, Rate, address_of
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import managed_shop_of, shop_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Shown
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("dealers", "Dealers and product codes")
TRIES = Rate("product-code", 10, 3_600)  # shared with the page
GUESSES = Rate("product-code-guess", 20, 3_600)  # by address, shared with the page
BatchPath = Annotated[str, Path(max_length=12, pattern=r"^[A-Za-z0-9]+$")]
DealerPath = Annotated[int, Path(ge=1, le=2**63 - 1)]
DESK = "/communities/{slug}/shop/codes"


class Dealer(Shown):
    """Somebody outside who sells a product, or all of them where none is named."""

    id: int
    name: str
    url: str
    place: str
    note: str
    product_uid: str = Field(description=_("Empty for all products."))


class DealerWish(Given):
    """Where to buy."""

    name: str = Field(min_length=1, max_length=80)
    url: str = Field(max_length=300, description=_("Beginning with https://"))
    place: str = Field("", max_length=80)
    note: str = Field("", max_length=200)
    product_uid: str = Field("", max_length=12)


class RegisteringCode(Given):
    """The code that lay in the box of a product."""

    code: str = Field(max_length=80)
    accepted_rules: int = Field(
        0, ge=0, le=2**31 - 1, description=_("The version of the rules that a newcomer accepts.")
    )


class RegisteredProduct(Shown):
    """A product that one has registered by its code."""

    product_uid: str
    title: str
    tail: str = Field(description=_("The end of its code."))
    registered_at: datetime


class CodeUse(Shown):
    """A code that was used."""

    person: PersonCard
    tail: str
    at: datetime


class CodeBatch(Shown):
    """Codes that were made together."""

    uid: str
    name: str
    product_uid: str
    count: int
    used: int
    made_at: datetime
    stopped_at: datetime | None


class UsedBatch(CodeBatch):
    """Codes that were made together, and who used them last."""

    uses: list[CodeUse]


class MadeBatch(CodeBatch):
    """Codes as they are made; they cannot be shown again."""

    codes: list[str]


class CodesWish(Given):
    """Codes to be made for a product."""

    product_uid: str = Field(min_length=1, max_length=12)
    name: str = Field(min_length=1, max_length=80)
    count: int = Field(ge=1, le=2_000)


@area.read("/communities/{slug}/dealers", list[Dealer], scope="shop:read", public=True)
def dealers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List where to buy."""
    shop, buyer = shop_of(request, slug)
    queries.require_audience(shop, buyer)
    return [_dealer(one) for one in queries.dealers(shop)]


@area.read("/communities/{slug}/shop/dealers", list[Dealer], scope="selling:read")
def shop_dealers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List all dealers, for who runs the shop."""
    found = queries.managed_dealers(community_of(request, slug), viewer=request.person)
    return [_dealer(one) for one in found]


@area.write("POST", "/communities/{slug}/shop/dealers", Dealer, scope="selling:write", status=201)
def add_dealer(request: Caller, slug: SlugPath, wish: DealerWish) -> Status[dict[str, Any]]:
    """Say where to buy."""
    shop = managed_shop_of(request, slug)
    return Status(201, _dealer(_save(request, shop, wish, None)))


@area.write("PUT", "/communities/{slug}/shop/dealers/{dealer_id}", Dealer, scope="selling:write")
def change_dealer(
    request: Caller, slug: SlugPath, dealer_id: DealerPath, wish: DealerWish
) -> dict[str, Any]:
    """Change what is said of a dealer."""
    shop = managed_shop_of(request, slug)
    found = queries.get_dealer(shop.community, dealer_id, viewer=request.person)
    return _dealer(_save(request, shop, wish, found))


@area.write(
    "DELETE", "/communities/{slug}/shop/dealers/{dealer_id}", None, scope="selling:write",
    status=204,
)  # fmt: skip
def remove_dealer(request: Caller, slug: SlugPath, dealer_id: DealerPath) -> Status[None]:
    """Tell of a dealer no more."""
    community = community_of(request, slug)
    found = queries.get_dealer(community, dealer_id, viewer=request.person)
    actions.remove_dealer(actor=request.person, dealer=found)
    return Status(204, None)


@area.write(
    "POST", "/communities/{slug}/product-codes", RegisteredProduct, scope="members:write",
    rate=TRIES,
)  # fmt: skip
def register_code(request: Caller, slug: SlugPath, said: RegisteringCode) -> dict[str, Any]:
    """Register a product by its code, and come in by it."""
    community = community_of(request, slug)
    if queries.find_code(community, said.code) is None:
        address = address_of(request)
        limit(GUESSES.name, address, times=GUESSES.times, seconds=GUESSES.seconds)
    made = actions.register_code(
        actor=request.person, community=community, code=said.code,
        accepted_rules=said.accepted_rules,
    )  # fmt: skip
    return _registered(made)


@area.read("/communities/{slug}/my-products", list[RegisteredProduct], scope="shop:read")
def my_products(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the products that one has registered."""
    found = queries.own_products(community_of(request, slug), request.person)
    return [_registered(one) for one in found]


@area.read(DESK, list[CodeBatch], scope="selling:read")
def code_batches(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the codes that were made."""
    found = queries.code_batches(community_of(request, slug), viewer=request.person)
    return [_batch(one, one.used) for one in found[:200]]


@area.write("POST", DESK, MadeBatch, scope="selling:write", status=201, keyed=False)
def make_codes(request: Caller, slug: SlugPath, wish: CodesWish) -> Status[dict[str, Any]]:
    """Make codes for a product."""
    community = community_of(request, slug)
    product = queries.managed_product(community, wish.product_uid, viewer=request.person)
    made, codes = actions.make_codes(
        actor=request.person, product=product, name=wish.name, count=wish.count
    )
    return Status(201, {**_batch(made, 0), "codes": codes})


@area.read(f"{DESK}/{{batch_uid}}", UsedBatch, scope="selling:read")
def code_batch(request: Caller, slug: SlugPath, batch_uid: BatchPath) -> dict[str, Any]:
    """Show who used codes of a batch."""
    found: Any = queries.get_batch(community_of(request, slug), batch_uid, viewer=request.person)
    uses = [
        {"person": card(one.used_by), "tail": one.tail, "at": one.used_at}
        for one in queries.code_uses(found)
        if one.used_by
    ]
    return {**_batch(found, found.used), "uses": uses}


@area.write("POST", f"{DESK}/{{batch_uid}}/stop", CodeBatch, scope="selling:write")
def stop_codes(request: Caller, slug: SlugPath, batch_uid: BatchPath) -> dict[str, Any]:
    """Let codes that nobody has used count no more."""
    community = community_of(request, slug)
    found: Any = queries.get_batch(community, batch_uid, viewer=request.person)
    used = found.used
    return _batch(actions.stop_codes(actor=request.person, batch=found), used)


def _save(
    request: Caller, shop: "rows.Shop", wish: DealerWish, dealer: "rows.Dealer | None"
) -> "rows.Dealer":
    said = wish.model_dump()
    uid = said.pop("product_uid")
    product = None
    if uid:
        product = queries.managed_product(shop.community, uid, viewer=request.person)
    return actions.save_dealer(
        actor=request.person, shop=shop, product=product, dealer=dealer, **said
    )


def _dealer(one: "rows.Dealer") -> dict[str, Any]:
    names = ("id", "name", "url", "place", "note")
    uid = one.product.uid if one.product else ""
    return {**{name: getattr(one, name) for name in names}, "product_uid": uid}


def _registered(one: "rows.ProductCode") -> dict[str, Any]:
    product = one.batch.product
    return {
        "product_uid": product.uid, "title": product.title, "tail": one.tail,
        "registered_at": one.used_at,
    }  # fmt: skip


def _batch(one: "rows.CodeBatch", used: int) -> dict[str, Any]:
    names = ("uid", "name", "count", "made_at", "stopped_at")
    told = {name: getattr(one, name) for name in names}
    return {**told, "used": used, "product_uid": one.product.uid}
