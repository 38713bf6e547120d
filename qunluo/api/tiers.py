"""Tiers: what is sold and what one holds, buying and trying, and the plans of who runs the shop."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.buying import key_of, shown_order
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST, Price, ProductPath, shop_of
from qunluo.api.ordered import Order, OrderPath
from qunluo.api.shapes import Given, Id, Shown
from qunluo.community.queries import own_tiers
from qunluo.kernel.text import _
from qunluo.market import actions, queries
from qunluo.market.errors import TierNotFound

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("tiers", "Tiers")
ONE = "/communities/{slug}/tiers/{product_uid}"
DESK = "/communities/{slug}/shop/tiers"
Days = Annotated[int, Field(ge=0, le=90)]


class TierPeriod(Shown):
    """For how long a tier is bought: so many months, or so many days; in whole minor units."""

    variant_id: int
    name: str
    months: int
    days: int
    price: int


class Tier(Shown):
    """A tier, and what it brings."""

    product_uid: str
    name: str = Field(description=_("As spaces and prices call it."))
    title: str
    benefits: list[str]
    trial_days: int
    refund_days: int
    notice_days: int
    on_sale: bool
    periods: list[TierPeriod]


class HeldTier(Shown):
    """A tier that one holds; without an end, null."""

    name: str
    until: datetime | None


class TierBuying(Given):
    """For how long a tier is bought."""

    variant_id: Id
    total: int | None = Field(
        None, ge=0, le=LARGEST, description=_("What the buyer saw; refused when it has changed.")
    )


class TierWish(Given):
    """What a tier is called and brings."""

    name: str = Field(min_length=1, max_length=40)
    benefits: list[Annotated[str, Field(max_length=120)]] = Field(min_length=1, max_length=12)
    trial_days: Days = 0
    refund_days: Days = 7
    notice_days: Days = 7


class PeriodWish(Given):
    """A period for which a tier is sold: months or days."""

    name: str = Field(max_length=60)
    price: Price
    months: int = Field(0, ge=0, le=60)
    days: int = Field(0, ge=0, le=1_825)


@area.read("/communities/{slug}/tiers", list[Tier], scope="shop:read", public=True)
def tiers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the tiers on sale."""
    shop, _buyer = shop_of(request, slug)
    return [_shown(one) for one in queries.tier_plans(shop, viewer=request.person)]


@area.read("/communities/{slug}/my-tiers", list[HeldTier], scope="shop:read")
def my_tiers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the tiers that one holds."""
    found = own_tiers(community_of(request, slug), request.person)
    return [{"name": name, "until": until} for name, until in sorted(found.items())]


@area.write("POST", "/communities/{slug}/tiers/orders", Order, scope="shop:write", status=201)
def buy_tier(request: Caller, slug: SlugPath, wish: TierBuying) -> Status[dict[str, Any]]:
    """Order a tier, or renew it."""
    shop, _buyer = shop_of(request, slug)
    made = actions.buy_tier(
        actor=request.person, shop=shop, variant=wish.variant_id, total=wish.total,
        key=key_of(request, shop.pk),
    )  # fmt: skip
    return Status(201, shown_order(request, made))


@area.write("POST", f"{ONE}/trial", HeldTier, scope="shop:write", status=201)
def try_tier(request: Caller, slug: SlugPath, product_uid: ProductPath) -> Status[dict[str, Any]]:
    """Begin the trial of a tier."""
    shop, _buyer = shop_of(request, slug)
    plan = _of(queries.tier_plans(shop, viewer=request.person), product_uid)
    made = actions.try_tier(actor=request.person, plan=plan)
    return Status(201, {"name": plan.name, "until": made.ends_at})


@area.write("POST", "/me/orders/{order_uid}/tier-back", Order, scope="shop:write")
def give_tier_back(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Take a tier back within its days."""
    order = queries.own_order(order_uid, person=request.person).order
    return shown_order(request, actions.give_tier_back(actor=request.person, order=order))


@area.read(DESK, list[Tier], scope="selling:read")
def shop_tiers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List all tiers of a shop."""
    found = queries.managed_tiers(community_of(request, slug), viewer=request.person)
    return [_shown(one) for one in found]


@area.write("POST", DESK, Tier, scope="selling:write", status=201)
def add_tier(request: Caller, slug: SlugPath, wish: TierWish) -> Status[dict[str, Any]]:
    """Write a tier down."""
    made = actions.add_tier(
        actor=request.person, community=community_of(request, slug), **wish.model_dump()
    )
    return Status(201, _shown(made))


@area.write("PUT", f"{DESK}/{{product_uid}}", Tier, scope="selling:write")
def save_tier(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: TierWish
) -> dict[str, Any]:
    """Say otherwise what a tier brings."""
    plan = _managed(request, slug, product_uid)
    actions.save_tier(actor=request.person, product=plan.product, **wish.model_dump())
    return _shown(_managed(request, slug, product_uid))


@area.write("POST", f"{DESK}/{{product_uid}}/periods", Tier, scope="selling:write", status=201)
def add_tier_period(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: PeriodWish
) -> Status[dict[str, Any]]:
    """Sell a tier for one more period."""
    plan = _managed(request, slug, product_uid)
    actions.save_tier_period(actor=request.person, plan=plan, **wish.model_dump())
    return Status(201, _shown(_managed(request, slug, product_uid)))


def _managed(request: Caller, slug: str, uid: str) -> "rows.TierPlan":
    community = community_of(request, slug)
    return _of(queries.managed_tiers(community, viewer=request.person), uid)


def _of(plans: "list[rows.TierPlan]", uid: str) -> "rows.TierPlan":
    for one in plans:
        if one.product.uid == uid:
            return one
    raise TierNotFound


def _shown(plan: "rows.TierPlan") -> dict[str, Any]:
    names = ("name", "benefits", "trial_days", "refund_days", "notice_days")
    return {
        **{name: getattr(plan, name) for name in names},
        "product_uid": plan.product.uid,
        "title": plan.product.title,
        "on_sale": plan.product.state == "on_sale",
        "periods": [
            {"variant_id": one.variant_id, "name": one.variant.name, "months": one.months,
             "days": one.days, "price": one.variant.price}
            for one in plan.periods.all()
            if one.variant.active
        ],
    }  # fmt: skip
