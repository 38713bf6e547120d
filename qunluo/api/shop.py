"""The shop of a community: to whom it sells, how it is paid, and how things reach their buyers."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import (
    PickupPoint,
    Place,
    Price,
    managed_shop_of,
    shop_of,
    show_point,
)
from qunluo.api.shapes import Currency, Given, Id, Shown
from qunluo.api.texts import picked
from qunluo.kernel.money import digits
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("shop", "Shop")
Region = Annotated[str, Field(max_length=40)]


class WayToPay(Shown):
    """How orders can be paid here."""

    provider: str
    label: str
    about: str


class Shop(Shown):
    """What holds for everything that a community sells."""

    currency: str
    exponent: int = Field(description=_("How many decimals an amount has."))
    state: str = Field(description=_("preparing, open or paused."))
    audience: str = Field(description=_("members, everyone or dealers."))
    sells: bool = Field(description=_("It takes orders at this moment."))
    sells_to_me: bool = Field(description=_("The caller is among those to whom it sells."))
    about: str
    contact: str
    pay_minutes: int = Field(description=_("So long an order waits to be paid."))
    receive_days: int = Field(description=_("After so long an order counts as received."))
    return_days: int = Field(description=_("So long what was received can be returned."))
    confirms: bool = Field(description=_("Somebody looks at each order before it counts."))
    trust_met_at: datetime | None
    override_reason: str = Field(description=_("Why it opened though its trust line was not met."))
    opened_at: datetime | None
    ways_to_pay: list[WayToPay]


class ShopBegin(Given):
    """In what it counts."""

    currency: Currency = "CNY"


class ShopChange(Given):
    """What is to change; whatever is missing stays as it is."""

    about: str = Field("", max_length=4_000)
    contact: str = Field("", max_length=200)
    pay_minutes: int = Field(30, ge=5, le=10_080)
    receive_days: int = Field(10, ge=1, le=60)
    return_days: int = Field(7, ge=0, le=90)
    confirms: bool = False
    trust_members: int = Field(5, ge=0, le=1_000)
    trust_days: int = Field(7, ge=0, le=365)
    trust_pairs: int = Field(10, ge=0, le=1_000)


class ShopOpening(Given):
    """Why it opens though its trust line is not met; everybody reads it."""

    reason: str = Field("", max_length=400)


class TrustLine(Shown):
    """How the circle stands before its shop may open."""

    members: int = Field(description=_("Who has been a member for `wanted_days` at least."))
    pairs: int = Field(description=_("Pairs who answered each other of late."))
    wanted_members: int
    wanted_days: int
    wanted_pairs: int
    met: bool


class DeliveryRate(Shown):
    """What sending costs, and where to; without regions everywhere that no other rate names."""

    id: int
    name: str
    regions: list[str]
    fee: int
    free_from: int | None = Field(description=_("From goods of this worth on, sending is free."))
    active: bool
    place: int


class PointChange(Given):
    """What is to change; whatever is missing stays as it is."""

    name: str = Field("", max_length=80)
    address: str = Field("", max_length=200)
    hours: str = Field("", max_length=120)
    phone: str = Field("", max_length=40)
    active: bool = True
    place: Place = 0


class PointWish(PointChange):
    """A pick-up point."""

    name: str = Field(max_length=80)
    address: str = Field(max_length=200)


class RateChange(Given):
    """What is to change; whatever is missing stays as it is."""

    name: str = Field("", max_length=80)
    regions: list[Region] = Field(default=[], max_length=50)
    fee: Price = 0
    free_from: Price | None = None
    active: bool = True
    place: Place = 0


class RateWish(RateChange):
    """What sending costs somewhere."""

    name: str = Field(max_length=80)
    fee: Price


@area.read("/communities/{slug}/shop", Shop, scope="shop:read", public=True)
def shop(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Get a shop."""
    found, buyer = shop_of(request, slug)
    return _shop(found, buyer)


@area.write("POST", "/communities/{slug}/shop", Shop, scope="selling:write", status=201)
def set_up_shop(request: Caller, slug: SlugPath, wish: ShopBegin) -> Status[dict[str, Any]]:
    """Begin a shop."""
    community = community_of(request, slug)
    made = actions.set_up_shop(actor=request.person, community=community, currency=wish.currency)
    return Status(201, _shop(made, queries.buyer_of(request.person, community)))


@area.write("PATCH", "/communities/{slug}/shop", Shop, scope="selling:write")
def change_shop(request: Caller, slug: SlugPath, change: ShopChange) -> dict[str, Any]:
    """Change what holds for all orders from now on."""
    found, buyer = managed_shop_of(request, slug), shop_of(request, slug)[1]
    given = change.model_dump(exclude_unset=True)
    return _shop(actions.edit_shop(actor=request.person, shop=found, **given), buyer)


@area.write("POST", "/communities/{slug}/shop/open", Shop, scope="selling:write")
def open_shop(request: Caller, slug: SlugPath, wish: ShopOpening) -> dict[str, Any]:
    """Let a shop sell."""
    found, buyer = managed_shop_of(request, slug), shop_of(request, slug)[1]
    return _shop(actions.open_shop(actor=request.person, shop=found, reason=wish.reason), buyer)


@area.write("POST", "/communities/{slug}/shop/pause", Shop, scope="selling:write")
def pause_shop(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Sell nothing for now."""
    found, buyer = managed_shop_of(request, slug), shop_of(request, slug)[1]
    return _shop(actions.pause_shop(actor=request.person, shop=found), buyer)


@area.read("/communities/{slug}/shop/trust-line", TrustLine, scope="selling:read")
def trust_line(request: Caller, slug: SlugPath) -> queries.TrustLine:
    """Get how the trust line stands."""
    return queries.trust_line(managed_shop_of(request, slug))


@area.read(
    "/communities/{slug}/shop/pickup-points", list[PickupPoint], scope="shop:read", public=True
)
def pickup_points(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List where things can be fetched."""
    found, buyer = shop_of(request, slug)
    queries.require_audience(found, buyer)
    here = queries.pickup_points(found.community, all_of_them=buyer.manages)
    return [show_point(one) for one in here]


@area.write(
    "POST",
    "/communities/{slug}/shop/pickup-points",
    PickupPoint,
    scope="selling:write",
    status=201,
)
def add_pickup_point(request: Caller, slug: SlugPath, wish: PointWish) -> Status[dict[str, Any]]:
    """Write a pick-up point down."""
    found = managed_shop_of(request, slug)
    made = actions.save_point(actor=request.person, shop=found, **wish.model_dump())
    return Status(201, show_point(made))


@area.write(
    "PATCH",
    "/communities/{slug}/shop/pickup-points/{point_id}",
    PickupPoint,
    scope="selling:write",
)
def change_pickup_point(
    request: Caller, slug: SlugPath, point_id: Id, change: PointChange
) -> dict[str, Any]:
    """Change a pick-up point."""
    found = managed_shop_of(request, slug)
    point = queries.managed_point(found.community, point_id, viewer=request.person)
    given = change.model_dump(exclude_unset=True)
    return show_point(actions.save_point(actor=request.person, shop=found, point=point, **given))


@area.read(
    "/communities/{slug}/shop/delivery-rates", list[DeliveryRate], scope="shop:read", public=True
)
def delivery_rates(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List what sending costs."""
    found, buyer = shop_of(request, slug)
    queries.require_audience(found, buyer)
    rates = queries.delivery_rates(found.community, all_of_them=buyer.manages)
    return [_rate(one) for one in rates]


@area.write(
    "POST",
    "/communities/{slug}/shop/delivery-rates",
    DeliveryRate,
    scope="selling:write",
    status=201,
)
def add_delivery_rate(request: Caller, slug: SlugPath, wish: RateWish) -> Status[dict[str, Any]]:
    """Write down what sending costs."""
    found = managed_shop_of(request, slug)
    made = actions.save_rate(actor=request.person, shop=found, **wish.model_dump())
    return Status(201, _rate(made))


@area.write(
    "PATCH",
    "/communities/{slug}/shop/delivery-rates/{rate_id}",
    DeliveryRate,
    scope="selling:write",
)
def change_delivery_rate(
    request: Caller, slug: SlugPath, rate_id: Id, change: RateChange
) -> dict[str, Any]:
    """Change what sending costs."""
    found = managed_shop_of(request, slug)
    rate = queries.managed_rate(found.community, rate_id, viewer=request.person)
    given = change.model_dump(exclude_unset=True)
    return _rate(actions.save_rate(actor=request.person, shop=found, rate=rate, **given))


def _shop(found: "rows.Shop", buyer: queries.Buyer) -> dict[str, Any]:
    columns = (
        "currency", "state", "audience", "about", "contact", "pay_minutes", "receive_days",
        "return_days", "confirms", "trust_met_at", "override_reason", "opened_at",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in columns},
        "exponent": digits(found.currency),
        "sells": queries.shop_opened(found),
        "sells_to_me": found.audience == "everyone" or found.audience == "members" and buyer.member,
        "ways_to_pay": [
            {"provider": one.name, "label": picked(one.label), "about": picked(one.about)}
            for one in queries.ways_to_pay(found.community, found.currency)
        ],
    }


def _rate(rate: "rows.DeliveryRate") -> dict[str, Any]:
    names = ("id", "name", "regions", "fee", "free_from", "active", "place")
    return {name: getattr(rate, name) for name in names}
