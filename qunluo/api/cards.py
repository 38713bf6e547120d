"""Gift cards: buying and redeeming them, and what the desk sees of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.buying import key_of, shown_order
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST, managed_shop_of, shop_of
from qunluo.api.ordered import Order
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Id, Listing, Paging, Shown, listing
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("cards", "Buying")
TRIES = Rate("gift-card", 10, 3_600)  # shared with the page
CardPath = Annotated[str, Path(max_length=12, pattern=r"^[A-Z0-9]+$")]
Amount = Annotated[int, Field(ge=1, le=LARGEST)]


class BuyingCards(Given):
    """Which card, how many, and for whom."""

    variant_id: Id
    quantity: int = Field(1, ge=1, le=20)
    value: Amount | None = Field(None, description=_("Where the buyer chooses it."))
    message: str = Field("", max_length=400)
    mail: str = Field("", max_length=254, description=_("Where it is sent once it is paid."))


class GiftCard(Shown):
    """A gift card, in whole minor units of the shop's currency."""

    uid: str
    order_uid: str
    value: int
    state: str = Field(description=_("waiting, issued, redeemed or void."))
    tail: str = Field(description=_("The end of its code."))
    issued_at: datetime | None
    redeemed_at: datetime | None
    voided_at: datetime | None


class BoughtCard(GiftCard):
    """A gift card for who bought it."""

    code: str = Field(description=_("Empty once it was voided, or where it cannot be read."))
    message: str
    mail: str


class SoldCard(GiftCard):
    """A gift card for who looks after orders."""

    buyer: PersonCard
    redeemed_by: PersonCard | None


class CardFilter(Paging):
    """Which cards."""

    state: Literal["", "issued", "redeemed", "void"] = ""


class RedeemingCard(Given):
    """The code of a gift card."""

    code: str = Field(max_length=80)


class RedeemedCard(Shown):
    """What came to one's store credit."""

    value: int
    currency: str


class VoidingCard(Given):
    """Why a card is voided; the buyer reads it."""

    reason: str = Field(max_length=400)


class CardLimits(Shown):
    """How much may be out in gift cards, and how much is."""

    most: int | None
    most_each: int | None
    out: int


class CardLimitsWish(Given):
    """How much may be out in gift cards; null is no limit."""

    most: Amount | None = None
    most_each: Amount | None = None


class CardProductWish(Given):
    """A gift card to be sold: fixed values, or bounds within which the buyer chooses."""

    title: str = Field(max_length=80)
    values: list[Amount] = Field([], max_length=12)
    least: Amount | None = None
    largest: Amount | None = None


class CardProduct(Shown):
    """A product that was written down; it goes on sale as any does."""

    uid: str


@area.write("POST", "/communities/{slug}/gift-cards", Order, scope="shop:write", status=201)
def buy_gift_cards(request: Caller, slug: SlugPath, wish: BuyingCards) -> Status[dict[str, Any]]:
    """Order gift cards."""
    shop, _buyer = shop_of(request, slug)
    made = actions.buy_cards(
        actor=request.person,
        shop=shop,
        variant=wish.variant_id,
        quantity=wish.quantity,
        value=wish.value,
        message=wish.message,
        mail=wish.mail,
        key=key_of(request, shop.pk),
    )
    return Status(201, shown_order(request, made))


@area.read("/communities/{slug}/my-gift-cards", Listing[BoughtCard], scope="shop:write")
def my_gift_cards(request: Caller, slug: SlugPath, wanted: Query[Paging]) -> dict[str, Any]:
    """List the gift cards that one bought."""
    shop, _buyer = shop_of(request, slug)
    found = queries.bought_cards(
        request.person, shop.community, after=wanted.after, limit=wanted.limit
    )
    return listing(
        request,
        found.items,
        found.next,
        lambda one: {
            **_shown(one.card),
            "code": one.code,
            "message": one.card.message,
            "mail": one.card.mail,
        },
    )


@area.write(
    "POST", "/communities/{slug}/gift-cards/redeem", RedeemedCard, scope="shop:write", rate=TRIES
)
def redeem_gift_card(request: Caller, slug: SlugPath, wish: RedeemingCard) -> dict[str, Any]:
    """Turn a gift card into store credit."""
    shop, _buyer = shop_of(request, slug)
    done = actions.redeem_card(actor=request.person, shop=shop, code=wish.code)
    return {"value": done.value, "currency": shop.currency}


@area.read("/communities/{slug}/shop/gift-cards", Listing[SoldCard], scope="selling:read")
def shop_gift_cards(request: Caller, slug: SlugPath, wanted: Query[CardFilter]) -> dict[str, Any]:
    """List the gift cards that a shop sold."""
    found = queries.gift_cards(
        community_of(request, slug),
        viewer=request.person,
        state=wanted.state,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, _sold)


@area.write(
    "POST",
    "/communities/{slug}/shop/gift-cards/{card_uid}/void",
    SoldCard,
    scope="selling:write",
)
def void_gift_card(
    request: Caller, slug: SlugPath, card_uid: CardPath, wish: VoidingCard
) -> dict[str, Any]:
    """Let a gift card count no more, and send back what was paid for it."""
    community = community_of(request, slug)
    found = queries.get_card(community, card_uid, viewer=request.person)
    return _sold(actions.void_card(actor=request.person, card=found, reason=wish.reason))


@area.read("/communities/{slug}/shop/gift-card-limits", CardLimits, scope="selling:read")
def gift_card_limits(request: Caller, slug: SlugPath) -> "rows.CardPlan":
    """Show how much may be out in gift cards."""
    return queries.card_plan(community_of(request, slug), viewer=request.person)


@area.write("PUT", "/communities/{slug}/shop/gift-card-limits", CardLimits, scope="selling:write")
def set_gift_card_limits(request: Caller, slug: SlugPath, wish: CardLimitsWish) -> "rows.CardPlan":
    """Say how much may be out in gift cards."""
    shop = managed_shop_of(request, slug)
    return actions.set_cards(
        actor=request.person, shop=shop, most=wish.most, most_each=wish.most_each
    )


@area.write(
    "POST",
    "/communities/{slug}/shop/gift-card-products",
    CardProduct,
    scope="selling:write",
    status=201,
)
def add_gift_card(request: Caller, slug: SlugPath, wish: CardProductWish) -> "Status[rows.Product]":
    """Write down a gift card that the shop sells."""
    shop = managed_shop_of(request, slug)
    bounds = (wish.least or 0, wish.largest or 0) if wish.least or wish.largest else None
    made = actions.add_card(
        actor=request.person, shop=shop, title=wish.title, values=wish.values, bounds=bounds
    )
    return Status(201, made)


def _shown(one: "rows.GiftCard") -> dict[str, Any]:
    columns = ("uid", "value", "state", "tail", "issued_at", "redeemed_at", "voided_at")
    return {**{name: getattr(one, name) for name in columns}, "order_uid": one.order.uid}


def _sold(one: "rows.GiftCard") -> dict[str, Any]:
    return {
        **_shown(one),
        "buyer": card(one.order.buyer),
        "redeemed_by": card(one.redeemed_by) if one.redeemed_by else None,
    }
