"""Orders and their money, for who runs the shop."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST
from qunluo.api.ordered import (
    Order,
    OrderPath,
    OrderPayment,
    OrderRefund,
    show_order,
    show_payment,
    show_refund,
)
from qunluo.api.shapes import Given, Id, Listing, Paging, Shown, listing
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("orders", "Orders")
NumberPath = Annotated[str, Path(max_length=40, pattern=r"^[A-Za-z0-9]+$")]
ONE = "/orders/{order_uid}"


class OrderTodo(Shown):
    """How many orders wait for each thing."""

    confirm: int
    send: int
    pack: int
    hand_over: int


class OrderFilter(Paging):
    """Which orders."""

    todo: Literal["", "confirm", "send", "pack", "hand_over"] = ""
    state: Literal[
        "", "placed", "paid", "confirmed", "fulfilled", "received", "settled", "cancelled",
        "expired", "refunded",
    ] = ""  # fmt: skip
    words: str = Field(
        "", max_length=100, description=_("Of numbers, names, phones and tracking numbers.")
    )
    point: Id | None = Field(None, description=_("The id of a pick-up point."))


class OddPayment(OrderPayment):
    """A payment that somebody has to look at."""

    order_uid: str


class OddRefund(OrderRefund):
    """A refund that somebody has to look at."""

    order_uid: str


class MoneyTroubles(Shown):
    """Money that somebody has to look at."""

    payments: list[OddPayment]
    refunds: list[OddRefund]


class PackedTotal(Shown):
    """How many of a variant are needed."""

    title: str
    variant_name: str
    quantity: int


class PackingList(Shown):
    """What is to be packed for a pick-up point."""

    totals: list[PackedTotal]
    orders: list[Order]


class Shipping(Given):
    """By whom and under which number an order was sent."""

    carrier: str = Field(max_length=40)
    tracking: str = Field("", max_length=60)


class HandingOverWish(Given):
    """The code that the buyer says."""

    code: str = Field(max_length=20)


class CallingOff(Given):
    """Why an order is called off; the buyer reads it."""

    reason: str = Field("", max_length=400)


class RefundWish(Given):
    """How much goes back, and why; the buyer reads it."""

    amount: int = Field(ge=1, le=LARGEST)
    reason: str = Field(max_length=400)
    restock: bool = Field(default=False, description=_("What they had is for sale again."))


class ByHand(Given):
    """Under which number the money moved, where there is one."""

    ref: str = Field("", max_length=80)


@area.read("/communities/{slug}/shop/orders", Listing[Order], scope="selling:read")
def shop_orders(request: Caller, slug: SlugPath, wanted: Query[OrderFilter]) -> dict[str, Any]:
    """List the orders of a shop."""
    found = queries.orders(
        community_of(request, slug),
        viewer=request.person,
        todo=wanted.todo,
        state=wanted.state,
        words=wanted.words,
        point=wanted.point,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, lambda one: show_order(one, request.person))


@area.read("/communities/{slug}/shop/orders/todo", OrderTodo, scope="selling:read")
def order_todo(request: Caller, slug: SlugPath) -> dict[str, int]:
    """Count what waits."""
    return queries.todo_counts(community_of(request, slug), viewer=request.person)


@area.read("/communities/{slug}/shop/orders/troubles", MoneyTroubles, scope="selling:read")
def money_troubles(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """List money that somebody has to look at."""
    payments, refunds = queries.troubles(community_of(request, slug), viewer=request.person)
    return {
        "payments": [_odd(one) for one in payments],
        "refunds": [show_refund(one, desk=True) | {"order_uid": one.order.uid} for one in refunds],
    }


@area.read(
    "/communities/{slug}/shop/orders/waiting-payments", list[OddPayment], scope="selling:read"
)
def waiting_payments(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List payments that somebody has to say have come."""
    found = queries.waiting_payments(community_of(request, slug), viewer=request.person)
    return [_odd(one) for one in found]


@area.read(
    "/communities/{slug}/shop/pickup-points/{point_id}/packing-list",
    PackingList,
    scope="selling:read",
)
def packing_list(request: Caller, slug: SlugPath, point_id: Id) -> dict[str, Any]:
    """Get what is to be packed for a pick-up point."""
    views = queries.packing_list(community_of(request, slug), point_id, viewer=request.person)
    names = ("title", "variant_name", "quantity")
    return {
        "totals": [dict(zip(names, one, strict=True)) for one in queries.packed_totals(views)],
        "orders": [show_order(one, request.person) for one in views],
    }


@area.read(ONE, Order, scope="selling:read")
def shop_order(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Get an order."""
    return show_order(queries.get_order(order_uid, viewer=request.person), request.person)


@area.write("POST", f"{ONE}/confirm", Order, scope="selling:write")
def confirm_order(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Take an order on."""
    return _shown(
        request, actions.confirm_order(actor=request.person, order=_found(request, order_uid))
    )


@area.write("POST", f"{ONE}/ship", Order, scope="selling:write")
def ship_order(request: Caller, order_uid: OrderPath, wish: Shipping) -> dict[str, Any]:
    """Say by whom an order was sent."""
    done = actions.ship_order(
        actor=request.person,
        order=_found(request, order_uid),
        carrier=wish.carrier,
        tracking=wish.tracking,
    )
    return _shown(request, done)


@area.write("POST", f"{ONE}/ready", Order, scope="selling:write")
def mark_order_ready(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Say that an order waits at its pick-up point."""
    return _shown(
        request, actions.mark_ready(actor=request.person, order=_found(request, order_uid))
    )


@area.write("POST", f"{ONE}/hand-over", Order, scope="selling:write")
def hand_order_over(request: Caller, order_uid: OrderPath, wish: HandingOverWish) -> dict[str, Any]:
    """Hand an order over to whoever says its code."""
    order = _found(request, order_uid)
    return _shown(request, actions.hand_over(actor=request.person, order=order, code=wish.code))


@area.write("POST", f"{ONE}/cancel", Order, scope="selling:write")
def call_order_off(request: Caller, order_uid: OrderPath, wish: CallingOff) -> dict[str, Any]:
    """Call an order off."""
    order = _found(request, order_uid)
    done = actions.cancel_order(actor=request.person, order=order, reason=wish.reason)
    return _shown(request, done)


@area.write("POST", f"{ONE}/refunds", OrderRefund, scope="selling:write", status=201)
def refund_order(request: Caller, order_uid: OrderPath, wish: RefundWish) -> Status[dict[str, Any]]:
    """Send money of an order back."""
    made = actions.refund_order(
        actor=request.person,
        order=_found(request, order_uid),
        amount=wish.amount,
        reason=wish.reason,
        restock=wish.restock,
    )
    return Status(201, show_refund(made, desk=True))


@area.write("POST", "/refunds/{number}/done", OrderRefund, scope="selling:write")
def refund_done_by_hand(request: Caller, number: NumberPath, wish: ByHand) -> dict[str, Any]:
    """Say that a refund has been given back by hand."""
    refund = queries.get_refund(number, viewer=request.person)
    done = actions.refunded_by_hand(actor=request.person, refund=refund, ref=wish.ref)
    return show_refund(done, desk=True)


@area.write("POST", "/refunds/{number}/try-again", OrderRefund, scope="selling:write")
def try_refund_again(request: Caller, number: NumberPath) -> dict[str, Any]:
    """Let a refund that failed be tried again."""
    refund = queries.get_refund(number, viewer=request.person)
    return show_refund(actions.try_again(actor=request.person, refund=refund), desk=True)


@area.write("POST", "/payments/{number}/confirm", OrderPayment, scope="selling:write")
def confirm_payment(request: Caller, number: NumberPath, wish: ByHand) -> dict[str, Any]:
    """Say that money came by hand."""
    payment = queries.get_payment(number, viewer=request.person)
    done = actions.confirm_payment(actor=request.person, payment=payment, ref=wish.ref)
    return show_payment(done, own=False)


def _odd(payment: "rows.Payment") -> dict[str, Any]:
    return show_payment(payment, own=False, desk=True) | {"order_uid": payment.order.uid}


def _found(request: Caller, uid: str) -> "rows.Order":
    return queries.get_order(uid, viewer=request.person).order


def _shown(request: Caller, order: "rows.Order") -> dict[str, Any]:
    """Show an order as it is now."""
    return show_order(queries.get_order(order.uid, viewer=request.person), request.person)
