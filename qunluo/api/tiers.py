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
from qunluo.market.errors import GiftRefused, TierNotFound
from qunluo.people.errors import PersonNotFound
from qunluo.people.queries import get_person

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market import models as rows
    from qunluo.people.models import Person

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
    pause_days: int = Field(description=_("For how many days it can stand still."))
    lets_in: bool = Field(description=_("Whether it is the way into a community with a fee."))
    on_sale: bool
    periods: list[TierPeriod]


class HeldTier(Shown):
    """A tier that one holds, or that stands still; without an end, null."""

    name: str
    until: datetime | None
    paused: bool
    pause_days: int = Field(description=_("For how many days it can still stand still."))
    credit: int = Field(description=_("What is left of what it cost, for moving up from it."))


class TierBuying(Given):
    """For how long a tier is bought."""

    variant_id: Id
    total: int | None = Field(
        None, ge=0, le=LARGEST, description=_("What the buyer saw; refused when it has changed.")
    )
    handle: str = Field("", max_length=60, description=_("A member for whom it is meant."))
    up_from: str = Field(
        "", max_length=40, description=_("A tier that one holds; what is left of it comes off.")
    )


class DaysWish(Given):
    """Days in a tier that are given by hand, and why."""

    handle: str = Field(min_length=1, max_length=60)
    days: int = Field(ge=1, le=1_825)
    reason: str = Field(min_length=1, max_length=200)


class TierWish(Given):
    """What a tier is called and brings."""

    name: str = Field(min_length=1, max_length=40)
    benefits: list[Annotated[str, Field(max_length=120)]] = Field(min_length=1, max_length=12)
    trial_days: Days = 0
    refund_days: Days = 7
    notice_days: Days = 7
    pause_days: Days = 0
    lets_in: bool = False


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
    return _held(community_of(request, slug), request.person)


@area.read("/communities/{slug}/entry", list[Tier], scope="shop:read", public=True)
def entry_tiers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List what lets into a community with an entry fee, for anybody."""
    return [_shown(one) for one in queries.entry_plans(community_of(request, slug))]


@area.write("POST", "/communities/{slug}/tiers/orders", Order, scope="shop:write", status=201)
def buy_tier(request: Caller, slug: SlugPath, wish: TierBuying) -> Status[dict[str, Any]]:
    """Order a tier, or renew it."""
    shop, _buyer = shop_of(request, slug)
    made = actions.buy_tier(
        actor=request.person, shop=shop, variant=wish.variant_id, total=wish.total,
        key=key_of(request, shop.pk), to=_member(wish.handle), up_from=wish.up_from,
    )  # fmt: skip
    return Status(201, shown_order(request, made))


@area.write("POST", f"{ONE}/trial", HeldTier, scope="shop:write", status=201)
def try_tier(request: Caller, slug: SlugPath, product_uid: ProductPath) -> Status[dict[str, Any]]:
    """Begin the trial of a tier."""
    shop, _buyer = shop_of(request, slug)
    sold = queries.entry_plans(shop.community)
    if all(one.product.uid != product_uid for one in sold):
        sold = queries.tier_plans(shop, viewer=request.person)
    plan = _of(sold, product_uid)
    actions.try_tier(actor=request.person, plan=plan)
    return Status(201, _held_one(plan, request.person))


@area.write("POST", f"{ONE}/pause", HeldTier, scope="shop:write")
def pause_tier(request: Caller, slug: SlugPath, product_uid: ProductPath) -> dict[str, Any]:
    """Let one's time in a tier stand still."""
    plan = queries.get_tier(community_of(request, slug), product_uid)
    actions.pause_tier(actor=request.person, plan=plan)
    return _held_one(plan, request.person)


@area.write("POST", f"{ONE}/resume", HeldTier, scope="shop:write")
def resume_tier(request: Caller, slug: SlugPath, product_uid: ProductPath) -> dict[str, Any]:
    """Let one's time in a tier go on."""
    plan = queries.get_tier(community_of(request, slug), product_uid)
    actions.resume_tier(actor=request.person, plan=plan, person=request.person)
    return _held_one(plan, request.person)


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


@area.write("POST", f"{DESK}/declared", list[Tier], scope="selling:write")
def add_declared_tiers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """Write down the tiers of the charter, else the two usual ones."""
    community = community_of(request, slug)
    actions.add_declared_tiers(actor=request.person, community=community)
    return [_shown(one) for one in queries.managed_tiers(community, viewer=request.person)]


@area.write("POST", f"{DESK}/{{product_uid}}/days", HeldTier, scope="selling:write", status=201)
def give_tier_time(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: DaysWish
) -> Status[dict[str, Any]]:
    """Give a member days in a tier by hand."""
    plan, person = _managed(request, slug, product_uid), _member(wish.handle)
    if person is None:
        raise TierNotFound
    actions.give_tier_time(
        actor=request.person, plan=plan, person=person, days=wish.days, reason=wish.reason
    )
    return Status(201, _held_one(plan, person))


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


def _held(community: "Community", person: "Person") -> list[dict[str, Any]]:
    """Return the tiers that somebody holds or that stand still, by name."""
    held, can = own_tiers(community, person), queries.own_tier_times(community, person)
    found = []
    for name in sorted(held.keys() | {one for one, time in can.items() if time.paused}):
        time = can.get(name)
        found.append(
            {
                "name": name,
                "until": held.get(name),
                "paused": bool(time and time.paused),
                "pause_days": time.pause_days if time else 0,
                "credit": time.credit if time else 0,
            }
        )
    return found


def _held_one(plan: "rows.TierPlan", person: "Person") -> dict[str, Any]:
    return next(one for one in _held(plan.community, person) if one["name"] == plan.name)


def _member(handle: str) -> "Person | None":
    """Return whom a handle names, None for none. GiftRefused."""
    if not handle:
        return None
    try:
        return get_person(handle=handle)
    except PersonNotFound:
        said = _("Nobody here has this handle.")
        raise GiftRefused(fields={"handle": [said]}) from None


def _shown(plan: "rows.TierPlan") -> dict[str, Any]:
    names = (
        "name",
        "benefits",
        "trial_days",
        "refund_days",
        "notice_days",
        "pause_days",
        "lets_in",
    )
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
