"""Buying: the cart, what an order would cost, one's own orders, and paying them."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area, address_of
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import Quantity, shop_of
from qunluo.api.once import HEADER
from qunluo.api.ordered import Order, OrderPath, OrderPayment, show_order, show_payment
from qunluo.api.shapes import Given, Id, Listing, Paging, Shown, listing
from qunluo.api.texts import picked
from qunluo.kernel.ids import token
from qunluo.kernel.money import digits
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("buying", "Buying")
Name = Annotated[str, Field(max_length=60)]


class LifePart(Shown):
    """A category of the life circle that a shop holds, and how often one chose it in a year."""

    category: str
    name: str
    products: int
    orders: int


class CartLine(Shown):
    """Something in a cart."""

    variant_id: int
    product_uid: str
    title: str
    variant_name: str
    quantity: int
    on_sale: bool


class CartCount(Shown):
    """How many things are in a cart."""

    count: int


class CartWish(Given):
    """How many of a variant are wanted; 0 takes it out."""

    quantity: int = Field(ge=0, le=9_999)


class AddressWish(Given):
    """Where things are sent to."""

    name: Name
    phone: str = Field(max_length=40)
    region: str = Field(max_length=80)
    detail: str = Field(max_length=200)


class KeptAddress(Shown):
    """Where somebody had things sent to."""

    id: int
    name: str
    phone: str
    region: str
    detail: str
    used_at: datetime


class LineWish(Given):
    """So many of a variant."""

    variant_id: Id
    quantity: Quantity


class DeliveryWish(Given):
    """How it reaches its buyer: sent to an address, fetched at a point, or virtual."""

    method: Literal["ship", "pickup", "virtual"] = "virtual"
    address: AddressWish | None = None
    point_id: Id | None = None


class QuoteWish(Given):
    """What is to be bought; what is in the cart when the lines are left out."""

    lines: list[LineWish] | None = Field(None, max_length=50)
    delivery: DeliveryWish = Field(default_factory=DeliveryWish)
    coupon: str = Field(
        "", max_length=20, description=_("A code, or the uid of one that the buyer was given.")
    )


class ShopOrderWish(QuoteWish):
    """An order."""

    total: int | None = Field(
        None, ge=0, le=10**12, description=_("What the buyer saw; refused when it has changed.")
    )
    note: str = Field("", max_length=400)
    confirmed: bool = Field(
        default=False, description=_("The buyer knows what of it cannot be returned, and why.")
    )
    pay_from_credit: bool = Field(
        default=False, description=_("Pay it at once from store credit; else nothing is ordered.")
    )
    source_type: str = Field("", max_length=20, pattern=r"^[a-z_]*$")
    source_id: str = Field("", max_length=64, description=_("The content it came from."))


class QuotedLine(Shown):
    """A line of an order to be."""

    variant_id: int
    product_uid: str
    title: str
    variant_name: str
    quantity: int
    price: int
    public_price: int
    amount: int
    returnable: bool
    no_return: str


class Quote(Shown):
    """What an order would cost, in whole minor units."""

    currency: str
    exponent: int
    method: str
    goods: int
    delivery: int
    discount: int = Field(description=_("What the coupon takes off."))
    total: int
    saved: int = Field(description=_("What belonging to the community saves."))
    lines: list[QuotedLine]


class PaymentWish(Given):
    """By whom the money is taken in, and how the payer comes."""

    provider: str = Field(max_length=20)
    client: Literal["web", "phone", "wechat"] = "web"
    payer: str = Field("", max_length=64, description=_("Their openid, inside WeChat."))


class Cancelling(Given):
    """Why an order is called off."""

    reason: str = Field("", max_length=400)


@area.read("/communities/{slug}/cart", list[CartLine], scope="shop:read")
def cart(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List what is in one's cart."""
    shop, _buyer = shop_of(request, slug)
    return [
        {
            "variant_id": one.variant_id,
            "product_uid": one.variant.product.uid,
            "title": one.variant.product.title,
            "variant_name": one.variant.name,
            "quantity": one.quantity,
            "on_sale": one.variant.active and one.variant.product.state == "on_sale",
        }
        for one in queries.cart(request.person, shop.community)
    ]


@area.write("PUT", "/communities/{slug}/cart/{variant_id}", CartCount, scope="shop:write")
def put_in_cart(request: Caller, slug: SlugPath, variant_id: Id, wish: CartWish) -> dict[str, int]:
    """Have so many of a variant in one's cart."""
    shop, _buyer = shop_of(request, slug)
    count = actions.put_in_cart(
        actor=request.person, shop=shop, variant=variant_id, quantity=wish.quantity
    )
    return {"count": count}


@area.write("POST", "/communities/{slug}/quote", Quote, scope="shop:read", public=True, keyed=False)
def quote_order(request: Caller, slug: SlugPath, wish: QuoteWish) -> dict[str, Any]:
    """Ask what an order would cost."""
    shop, _buyer = shop_of(request, slug)
    made = queries.quote(
        shop,
        _wishes(request, shop, wish),
        delivery_of(wish.delivery),
        viewer=request.person,
        coupon=guard_coupon(request, shop, wish.coupon),
    )
    return {
        "currency": shop.currency,
        "exponent": digits(shop.currency),
        "method": made.delivery.method,
        "goods": made.goods,
        "delivery": made.fee,
        "discount": made.discount,
        "total": made.total,
        "saved": made.saved,
        "lines": [
            {
                "variant_id": one.variant.pk,
                "product_uid": one.product.uid,
                "title": one.product.title,
                "variant_name": one.variant.name,
                "quantity": one.quantity,
                "price": one.priced.price,
                "public_price": one.priced.public,
                "amount": one.amount,
                "returnable": one.product.returnable,
                "no_return": one.product.no_return,
            }
            for one in made.lines
        ],
    }


@area.write("POST", "/communities/{slug}/orders", Order, scope="shop:write", status=201)
def place_order(request: Caller, slug: SlugPath, wish: ShopOrderWish) -> Status[dict[str, Any]]:
    """Order something."""
    shop = queries.get_shop(community_of(request, slug))
    act = actions.buy_from_credit if wish.pay_from_credit else actions.place_order
    made = act(
        actor=request.person,
        shop=shop,
        wishes=_wishes(request, shop, wish),
        delivery=delivery_of(wish.delivery),
        key=key_of(request, shop.pk),
        total=wish.total,
        note=wish.note,
        source=(wish.source_type, wish.source_id),
        coupon=guard_coupon(request, shop, wish.coupon),
        confirmed=wish.confirmed,
    )
    if wish.lines is None:
        actions.empty_cart(actor=request.person, order=made)
    return Status(201, shown_order(request, made))


@area.read("/me/orders", Listing[Order], scope="shop:read")
def my_orders(request: Caller, wanted: Query[Paging]) -> dict[str, Any]:
    """List what one ordered anywhere."""
    found = queries.own_orders(request.person, after=wanted.after, limit=wanted.limit)
    return listing(request, found.items, found.next, lambda one: show_order(one, request.person))


@area.read("/communities/{slug}/my-orders", Listing[Order], scope="shop:read")
def my_orders_here(request: Caller, slug: SlugPath, wanted: Query[Paging]) -> dict[str, Any]:
    """List what one ordered in a community."""
    community = community_of(request, slug)
    found = queries.own_orders(request.person, community, after=wanted.after, limit=wanted.limit)
    return listing(request, found.items, found.next, lambda one: show_order(one, request.person))


@area.read("/communities/{slug}/my-life-circle", list[LifePart], scope="shop:read")
def my_life_circle(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """Get how much of daily life comes from a community."""
    found = queries.coverage(community_of(request, slug), request.person)
    return [
        {"category": one.shelf.code, "name": picked(one.shelf.name), "products": one.shelf.count,
         "orders": one.orders}
        for one in found.parts
    ]  # fmt: skip


@area.read("/me/orders/{order_uid}", Order, scope="shop:read")
def my_order(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Get an order of one's own."""
    return show_order(queries.own_order(order_uid, person=request.person), request.person)


@area.write("POST", "/me/orders/{order_uid}/pay-from-credit", Order, scope="shop:write")
def pay_from_credit(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Pay an order from one's store credit."""
    order = _mine(request, order_uid)
    return shown_order(request, actions.pay_from_credit(actor=request.person, order=order))


@area.write(
    "POST",
    "/me/orders/{order_uid}/payments",
    OrderPayment,
    scope="shop:write",
    status=201,
    keyed=False,
    also=(502,),
)
def begin_payment(
    request: Caller, order_uid: OrderPath, wish: PaymentWish
) -> Status[dict[str, Any]]:
    """Begin to pay an order by a provider."""
    payment = actions.begin_payment(
        actor=request.person,
        order=_mine(request, order_uid),
        provider=wish.provider,
        client=wish.client,
        payer=wish.payer,
        address=address_of(request),
    )
    return Status(201, show_payment(payment, own=True))


@area.write("POST", "/me/orders/{order_uid}/cancel", Order, scope="shop:write")
def cancel_my_order(request: Caller, order_uid: OrderPath, wish: Cancelling) -> dict[str, Any]:
    """Call an order of one's own off."""
    order = _mine(request, order_uid)
    done = actions.cancel_order(actor=request.person, order=order, reason=wish.reason)
    return shown_order(request, done)


@area.write("POST", "/me/orders/{order_uid}/receive", Order, scope="shop:write")
def receive_order(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Say that one has what one ordered."""
    order = _mine(request, order_uid)
    return shown_order(request, actions.receive_order(actor=request.person, order=order))


@area.read("/me/addresses", list[KeptAddress], scope="shop:read")
def my_addresses(request: Caller) -> "list[rows.Address]":
    """List where one had things sent to."""
    return queries.addresses(request.person)


@area.write("POST", "/me/addresses", KeptAddress, scope="shop:write", status=201)
def keep_address(request: Caller, wish: AddressWish) -> "Status[rows.Address]":
    """Keep an address for the next order."""
    return Status(201, actions.keep_address(actor=request.person, address=wish.model_dump()))


@area.write("DELETE", "/me/addresses/{address_id}", None, scope="shop:write", status=204)
def forget_address(request: Caller, address_id: Id) -> Status[None]:
    """Keep an address no longer."""
    found = queries.get_address(address_id, person=request.person)
    actions.forget_address(actor=request.person, pk=found.pk)
    return Status(204, None)


def _mine(request: Caller, uid: str) -> "rows.Order":
    return queries.own_order(uid, person=request.person).order


def guard_coupon(request: Caller, shop: "rows.Shop", name: str) -> str:
    """Return the coupon that was asked for; nobody tries codes for long. TooMany."""
    person = request.person
    if name and person.is_authenticated and not queries.is_own(shop.community, name, person):
        limit("coupon", person.pk, times=30, seconds=600)
    return name


def shown_order(request: Caller, order: "rows.Order") -> dict[str, Any]:
    """Show an order of one's own as it is now."""
    return show_order(queries.own_order(order.uid, person=request.person), request.person)


def _wishes(request: Caller, shop: "rows.Shop", wish: QuoteWish) -> list[queries.Wish]:
    if wish.lines is not None:
        return [queries.Wish(one.variant_id, one.quantity) for one in wish.lines]
    if not request.person.is_authenticated:
        return []
    return queries.wishes_of(queries.cart(request.person, shop.community))


def delivery_of(said: DeliveryWish) -> queries.Delivery:
    """Return how an order is to reach its buyer."""
    address = said.address.model_dump() if said.address else {}
    return queries.Delivery(said.method, address, said.point_id)


def key_of(request: Caller, of: int) -> str:
    """Return the key of an order: made from that of the request where there is one."""
    given = request.headers.get(HEADER)
    if given is None:
        return f"api:{token()}"
    return f"api:{hashlib.sha256(f'{of} {given}'.encode()).hexdigest()}"
