"""How an order, its payments and its refunds are shown to their buyer and to who runs the shop."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path
from pydantic import BaseModel, Field

from qunluo.api.market import PickupPoint, show_point
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Shown
from qunluo.kernel.money import digits
from qunluo.kernel.text import _
from qunluo.market import queries

if TYPE_CHECKING:
    from qunluo.market import models as rows
    from qunluo.people.models import Person

OrderPath = Annotated[str, Path(max_length=12, pattern=r"^[A-Z0-9]+$")]
OPENED = ("fulfilled", "received", "settled")  # what is virtual can be read from then on


class OrderLine(Shown):
    """So many of one variant, at the price and under the name of that moment."""

    product_uid: str
    variant_id: int
    title: str
    variant_name: str
    price: int
    quantity: int
    amount: int
    discount: int = Field(description=_("Its share of what the coupon takes off."))
    returnable: bool
    handed_over: str = Field(description=_("What the buyer of something virtual then reads."))


class OrderPayment(Shown):
    """One try to pay an order; how to go on with it is told to its payer alone."""

    number: str
    provider: str
    unit: str
    amount: int
    state: str = Field(description=_("open, paid, closed, or odd."))
    counts: bool = Field(description=_("It is the one by which the order is paid."))
    way: str = Field(description=_("redirect, code, script, words or inside."))
    value: str = Field(description=_("An address, a code, or words, as the way says."))
    said: str = Field(description=_("What is odd about it, for who runs the shop."))
    expires_at: datetime
    paid_at: datetime | None


class OrderRefund(Shown):
    """Money that goes back."""

    number: str
    payment: str
    amount: int
    state: str = Field(description=_("wanted, sent, by_hand, done or failed."))
    reason: str
    said: str = Field(description=_("What the provider said, for who runs the shop."))
    wanted_at: datetime
    done_at: datetime | None


class OrderAddress(BaseModel):
    """Where it is sent to."""

    name: str
    phone: str
    region: str
    detail: str


class Order(Shown):
    """An order; amounts are whole minor units."""

    uid: str
    community: str = Field(description=_("The address of the community."))
    url: str
    buyer: PersonCard
    state: str = Field(
        description=_(
            "placed, paid, confirmed, fulfilled, received, settled, cancelled, expired or refunded."
        )
    )
    currency: str
    exponent: int
    unit: str = Field(description=_("In what it was paid; empty until then."))
    goods: int
    delivery: int
    discount: int = Field(description=_("What the coupon takes off."))
    total: int
    refunded: int
    method: str = Field(description=_("ship, pickup or virtual."))
    address: OrderAddress | None
    point: PickupPoint | None
    carrier: str
    tracking: str
    pickup_code: str = Field(description=_("For the buyer alone, who says it at the point."))
    note: str
    end_reason: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    confirmed_at: datetime | None
    ready_at: datetime | None
    fulfilled_at: datetime | None
    received_at: datetime | None
    ended_at: datetime | None
    receive_by: datetime | None
    settle_at: datetime | None
    lines: list[OrderLine]
    payments: list[OrderPayment]
    refunds: list[OrderRefund]


def show_order(view: queries.OrderView, viewer: "Person") -> dict[str, Any]:
    """Show an order: codes and ways to its buyer, troubles to who runs the shop."""
    order, own = view.order, view.order.buyer_id == viewer.pk
    odd = any(one.said for one in view.payments) or any(one.said for one in view.refunds)
    desk = odd and queries.runs_orders(viewer, order.community)
    columns = (
        "uid", "currency", "unit", "goods", "delivery", "discount", "total", "refunded", "method",
        "carrier", "tracking", "note", "end_reason", "placed_at", "expires_at", "paid_at",
        "confirmed_at", "ready_at", "fulfilled_at", "received_at", "ended_at", "receive_by",
        "settle_at",
    )  # fmt: skip
    return {
        **{name: getattr(order, name) for name in columns},
        "community": order.community.slug,
        "url": f"/c/{order.community.slug}/orders/{order.uid}/",
        "buyer": card(order.buyer),
        "state": view.state,
        "exponent": digits(order.currency),
        "address": order.address or None,
        "point": show_point(order.point) if order.point else None,
        "pickup_code": order.pickup_code if own else "",
        "lines": [_line(one, opened=own and view.state in OPENED) for one in view.lines],
        "payments": [show_payment(one, own=own, desk=desk) for one in view.payments],
        "refunds": [show_refund(one, desk=desk) for one in view.refunds],
    }


def show_payment(payment: "rows.Payment", *, own: bool, desk: bool = False) -> dict[str, Any]:
    """Show a payment; how to go on to its payer alone."""
    columns = ("number", "provider", "unit", "amount", "state", "counts", "expires_at", "paid_at")
    return {
        **{name: getattr(payment, name) for name in columns},
        "way": payment.way,
        "value": payment.value if own else "",
        "said": payment.said if desk else "",
    }


def show_refund(refund: "rows.Refund", *, desk: bool) -> dict[str, Any]:
    """Show a refund; what the provider said of it to who runs the shop."""
    columns = ("number", "amount", "state", "reason", "wanted_at", "done_at")
    return {
        **{name: getattr(refund, name) for name in columns},
        "payment": refund.payment.number,
        "said": refund.said if desk else "",
    }


def _line(line: "rows.OrderLine", *, opened: bool) -> dict[str, Any]:
    columns = ("variant_id", "title", "variant_name", "price", "quantity", "amount", "discount",
               "returnable")  # fmt: skip
    return {
        **{name: getattr(line, name) for name in columns},
        "product_uid": line.product.uid,
        "handed_over": line.product.handed_over if opened else "",
    }
