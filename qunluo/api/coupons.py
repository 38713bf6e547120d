"""Coupons: one's own, and those that a shop makes."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST, managed_shop_of, shop_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Instant, Listing, Paging, Shown, listing
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("coupons", "Buying")
ONE = "/communities/{slug}/shop/coupons/{coupon_uid}"
CouponPath = Annotated[str, Path(max_length=12, pattern=r"^[A-Z0-9]+$")]
Amount = Annotated[int, Field(ge=1, le=LARGEST)]
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]


class MyCoupon(Shown):
    """A coupon that one was given; `uid` is what a quote and an order take."""

    uid: str
    title: str
    kind: str = Field(description=_("amount, percent or delivery."))
    amount: int | None = Field(description=_("What comes off, or the most that does."))
    percent: int | None
    least: int = Field(description=_("What the goods it is for have to cost."))
    ends_at: datetime | None


class ShopCoupon(MyCoupon):
    """A coupon of a shop."""

    code: str = Field(description=_("Empty where it is given to people."))
    categories: list[str]
    products: list[str] = Field(description=_("Their uids."))
    audience: str = Field(description=_("everyone, members, first, or tier:<name>."))
    starts_at: datetime
    most: int | None
    most_each: int | None
    taken: int = Field(description=_("In how many orders it stands."))
    stopped_at: datetime | None


class ShopCouponWish(Given):
    """A coupon to be made."""

    title: str = Field(max_length=60)
    kind: Literal["amount", "percent", "delivery"]
    code: str = Field("", max_length=20, description=_("Without one, you give it to people."))
    amount: Amount | None = None
    percent: int | None = Field(None, ge=1, le=100)
    least: int = Field(0, ge=0, le=LARGEST)
    products: list[Annotated[str, Field(max_length=12)]] = Field([], max_length=50)
    categories: list[Annotated[str, Field(max_length=20)]] = Field([], max_length=20)
    audience: str = Field("everyone", max_length=48)
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    most: Count | None = None
    most_each: Count | None = Field(1, description=_("Null is no limit."))


class CouponUsed(Shown):
    """An order that was placed with a coupon."""

    order_uid: str
    buyer: PersonCard
    discount: int
    counts: bool = Field(description=_("False once it came back."))
    used_at: datetime


class GivingCoupon(Given):
    """To whom a coupon is given."""

    people: list[Annotated[str, Field(max_length=60)]] = Field(
        min_length=1, max_length=200, description=_("Handles of members.")
    )


class CouponsGiven(Shown):
    """To how many it was new."""

    given: int


@area.read("/communities/{slug}/my-coupons", list[MyCoupon], scope="shop:read")
def my_coupons(request: Caller, slug: SlugPath) -> "list[rows.Coupon]":
    """List the coupons that one was given and can still use."""
    shop, _buyer = shop_of(request, slug)
    return [one.coupon for one in queries.own_coupons(shop.community, request.person)]


@area.read("/communities/{slug}/shop/coupons", Listing[ShopCoupon], scope="selling:read")
def shop_coupons(request: Caller, slug: SlugPath, wanted: Query[Paging]) -> dict[str, Any]:
    """List the coupons of a shop."""
    community = community_of(request, slug)
    found = queries.coupons(
        community, viewer=request.person, after=wanted.after, limit=wanted.limit
    )
    return listing(request, found.items, found.next, _shown)


@area.write(
    "POST", "/communities/{slug}/shop/coupons", ShopCoupon, scope="selling:write", status=201
)
def make_coupon(request: Caller, slug: SlugPath, wish: ShopCouponWish) -> Status[dict[str, Any]]:
    """Make a coupon."""
    shop = managed_shop_of(request, slug)
    made = actions.make_coupon(actor=request.person, shop=shop, **wish.model_dump())
    return Status(201, _shown(made))


@area.read(f"{ONE}/uses", Listing[CouponUsed], scope="selling:read")
def coupon_uses(
    request: Caller, slug: SlugPath, coupon_uid: CouponPath, wanted: Query[Paging]
) -> dict[str, Any]:
    """List the orders that were placed with a coupon."""
    coupon = _found(request, slug, coupon_uid)
    found = queries.coupon_uses(
        coupon, viewer=request.person, after=wanted.after, limit=wanted.limit
    )
    return listing(
        request,
        found.items,
        found.next,
        lambda one: {
            "order_uid": one.order.uid,
            "buyer": card(one.order.buyer),
            "discount": one.order.discount,
            "counts": one.counts,
            "used_at": one.used_at,
        },
    )


@area.write("POST", f"{ONE}/stop", ShopCoupon, scope="selling:write")
def stop_coupon(request: Caller, slug: SlugPath, coupon_uid: CouponPath) -> dict[str, Any]:
    """Let nobody use a coupon any more."""
    coupon = _found(request, slug, coupon_uid)
    return _shown(actions.stop_coupon(actor=request.person, coupon=coupon))


@area.write("POST", f"{ONE}/give", CouponsGiven, scope="selling:write")
def give_coupon(
    request: Caller, slug: SlugPath, coupon_uid: CouponPath, wish: GivingCoupon
) -> dict[str, int]:
    """Give a coupon to members."""
    coupon = _found(request, slug, coupon_uid)
    people = queries.members_named(coupon.community, wish.people)
    return {"given": actions.give_coupon(actor=request.person, coupon=coupon, people=people)}


def _found(request: Caller, slug: str, uid: str) -> "rows.Coupon":
    return queries.get_coupon(community_of(request, slug), uid, viewer=request.person)


def _shown(coupon: "rows.Coupon") -> dict[str, Any]:
    columns = (
        "uid", "title", "kind", "amount", "percent", "least", "ends_at", "code", "categories",
        "audience", "starts_at", "most", "most_each", "taken", "stopped_at",
    )  # fmt: skip
    return {
        **{name: getattr(coupon, name) for name in columns},
        "products": [one.product.uid for one in coupon.products.all()],
    }
