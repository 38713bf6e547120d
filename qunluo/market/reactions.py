"""What the market answers to people, and whom it tells."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qunluo.community.actions import write_to
from qunluo.community.events import CharterPublished
from qunluo.community.queries import roles_with, who_holds
from qunluo.conversation.actions import index
from qunluo.conversation.ports import sources
from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.text import _
from qunluo.ledger.queries import amount_said
from qunluo.market import actions, events, queries
from qunluo.market.models import Order, Refund
from qunluo.people.ports import own_data

LETTERS = Path(__file__).parent / "definitions" / "letters.toml"

own_data.contribute(
    "market",
    export=queries.own_documents,
    erase=actions.erase,
    blocks=queries.blockers,
    keeps=queries.KEEPS,
    holds=_("What you ordered, paid and got back, and your addresses"),
)
sources.register(queries.PRODUCTS)


@reacts_to(CharterPublished)
def follow_the_charter(event: CharterPublished) -> None:
    """Sell to whom the charter says."""
    if event.community_id:
        actions.follow_charter(community_id=event.community_id)


@reacts_to(events.OrderPaid)
def tell_of_payment(event: events.OrderPaid) -> None:
    """Tell the buyer that their money is here."""
    if event.amount:
        _write(event.order_id, "order_paid", amount=(event.amount, event.unit))


@reacts_to(events.OrderReady)
def tell_that_it_waits(event: events.OrderReady) -> None:
    """Tell the buyer where their order waits, and under which code."""
    _write(event.order_id, "order_ready")


@reacts_to(events.OrderFulfilled)
def tell_that_it_comes(event: events.OrderFulfilled) -> None:
    """Tell the buyer that their order is on its way, or can be opened."""
    letters = {Order.Method.SHIP: "order_sent", Order.Method.VIRTUAL: "order_open"}
    if letter := letters.get(Order.Method(event.method)):
        _write(event.order_id, letter)


@reacts_to(events.OrderExpired)
def tell_that_it_ended(event: events.OrderExpired) -> None:
    """Tell the buyer that their order has ended unpaid."""
    _write(event.order_id, "order_expired")


@reacts_to(events.RefundDecided)
def tell_of_refund(event: events.RefundDecided) -> None:
    """Tell the buyer that money goes back, and why; store credit is back with that."""
    refund = (
        Refund.objects.filter(order=event.order_id, amount=event.amount).order_by("-pk").first()
    )
    reason = refund.reason if refund else ""
    _write(
        event.order_id, "refund_decided", amount=(event.amount, event.unit), reason=reason or "–"
    )


@reacts_to(events.RefundDone)
def tell_that_it_is_back(event: events.RefundDone) -> None:
    """Tell the buyer that their money is back."""
    _write(event.order_id, "refund_done", amount=(event.amount, event.unit))


@reacts_to(events.PaymentOdd)
@reacts_to(events.RefundFailed)
def ask_to_look(event: events.PaymentOdd | events.RefundFailed) -> None:
    """Ask who looks after orders to look at money that went astray."""
    order = queries.find_order(event.order_id)
    if order is None:
        return
    for person in who_holds(order.community, roles_with(queries.ORDERS)):
        write_to(
            person.pk,
            order.community,
            "money_odd",
            path=f"/c/{order.community.slug}/desk/orders/{order.uid}/",
            words={"order": order.uid},
            letters=LETTERS,
        )


@reacts_to(events.ProductListed, events.ProductChanged, events.ProductWithdrawn)
def let_it_be_found(
    event: events.ProductListed | events.ProductChanged | events.ProductWithdrawn,
) -> None:
    """Keep what products are found by as they are described now."""
    index(queries.PRODUCTS.name, [event.product_id])


def _write(order_id: int, letter: str, amount: tuple[int, str] | None = None, **words: Any) -> None:
    order = queries.find_order(order_id)
    if order is None:
        return
    language = order.buyer.language
    said: Mapping[str, Any] = {
        "order": order.uid,
        "amount": amount_said(*amount, language) if amount else "",
        "place": order.point.name if order.point else "",
        "code": order.pickup_code,
        "carrier": order.carrier,
        "tracking": order.tracking,
        "day": f"{order.receive_by:%Y-%m-%d}" if order.receive_by else "",
        **words,
    }
    path = f"/c/{order.community.slug}/orders/{order.uid}/"
    write_to(order.buyer_id, order.community, letter, path=path, words=said, letters=LETTERS)
