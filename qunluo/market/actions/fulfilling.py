"""What happens to an order once it is paid, until its money is the community's own."""

from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Cause, Leg, Wanted
from qunluo.market import errors, events
from qunluo.market.actions.advancing import advance_and_tell, move
from qunluo.market.actions.giving_back import give_back
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.actions.places import require_undecided
from qunluo.market.actions.products import count_sold
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.models import Booking, Order, Product
from qunluo.market.queries.claims import live_claims
from qunluo.market.rules.claims import LIVE as CLAIMED
from qunluo.market.rules.permissions import ORDERS

if TYPE_CHECKING:
    from qunluo.people.models import Person

State, Method = Order.State, Order.Method
BATCH = 100


@write_tx
def cancel_order(*, actor: "Person", order: Order, reason: str = "") -> Order:
    """Call an order off; what was paid and not yet taken on goes back whole.

    The buyer until the shop has taken it on, who runs the shop until it is sent. OrderNotFound,
    PermissionMissing, OrderMovedOn, CampaignOver.
    """
    fresh = locked(order.pk)
    mine = fresh.buyer_id == actor.pk
    if not mine:
        communities.require(actor, fresh.community, ORDERS)
    if fresh.waits and fresh.state == State.PAID:
        require_undecided(fresh)
    reason = reason.strip()[:400]
    if fresh.state == State.PLACED:
        advance_and_tell(fresh, State.CANCELLED, actor_id=actor.pk, end_reason=reason)
        give_back(fresh)
        return fresh
    booked = fresh.gives == Product.Kind.SERVICE  # its buyer calls off by the rule of the service
    own = () if booked else (State.PAID,)
    allowed = own if mine else (State.PAID, State.CONFIRMED)
    if fresh.state not in allowed:
        raise errors.OrderMovedOn
    if not fresh.total:
        move(fresh, State.REFUNDED, end_reason=reason)
        give_back(fresh)
        publish(events.OrderCancelled(**about(fresh, actor.pk)))
        return fresh
    refund_whole_or_part(fresh, fresh.total - fresh.refunded, reason, actor_id=actor.pk)
    return fresh


@write_tx
def confirm_order(*, actor: "Person", order: Order) -> Order:
    """Take an order on, where somebody looks at each.

    PermissionMissing, OrderMovedOn, OrderWaits.
    """
    fresh = _at_desk(actor, order)
    if fresh.waits:
        raise errors.OrderWaits
    if fresh.state != State.PAID:
        raise errors.OrderMovedOn
    advance_and_tell(fresh, State.CONFIRMED, actor_id=actor.pk)
    return fresh


@write_tx
def ship_order(*, actor: "Person", order: Order, carrier: str, tracking: str) -> Order:
    """Say by whom and under which number an order was sent; it can be set right until received.

    PermissionMissing, OrderMovedOn, InvalidOrder.
    """
    fresh = _at_desk(actor, order)
    carrier, tracking = carrier.strip()[:40], tracking.strip()[:60]
    if fresh.method != Method.SHIP:
        raise errors.OrderMovedOn
    if not carrier:
        raise errors.InvalidOrder(fields={"carrier": [_("Say who brings it.")]})
    if fresh.state == State.FULFILLED:
        Order.objects.filter(pk=fresh.pk).update(carrier=carrier, tracking=tracking)
        return locked(fresh.pk)
    advance_and_tell(fresh, State.FULFILLED, actor_id=actor.pk, carrier=carrier, tracking=tracking)
    return fresh


@write_tx
def mark_ready(*, actor: "Person", order: Order) -> Order:
    """Say that an order waits at its pick-up point. PermissionMissing, OrderMovedOn."""
    fresh = _at_desk(actor, order)
    if fresh.method != Method.PICKUP or fresh.state != State.CONFIRMED:
        raise errors.OrderMovedOn
    if fresh.ready_at is None:
        fresh.ready_at = now()
        Order.objects.filter(pk=fresh.pk).update(ready_at=fresh.ready_at)
        publish(events.OrderReady(**about(fresh, actor.pk)))
    return fresh


@write_tx
def hand_over(*, actor: "Person", order: Order, code: str) -> Order:
    """Hand an order over to whoever says its code; it is received with that.

    PermissionMissing, OrderMovedOn, InvalidOrder.
    """
    fresh = _at_desk(actor, order)
    if fresh.method != Method.PICKUP or fresh.state != State.CONFIRMED:
        raise errors.OrderMovedOn
    if code.strip().upper() != fresh.pickup_code:
        raise errors.InvalidOrder(fields={"code": [_("This is not the code of this order.")]})
    advance_and_tell(fresh, State.FULFILLED, actor_id=actor.pk)
    _received(fresh, actor.pk, by_time=False)
    return fresh


@write_tx
def receive_order(*, actor: "Person", order: Order) -> Order:
    """Say that one has what one ordered; once more changes nothing. OrderNotFound, OrderMovedOn."""
    fresh = locked(order.pk)
    if fresh.buyer_id != actor.pk:
        raise errors.OrderNotFound
    if fresh.state in {State.RECEIVED, State.SETTLED}:
        return fresh
    _received(fresh, actor.pk, by_time=False)
    return fresh


def receive_due_orders(limit: int = BATCH) -> int:
    """Count as received what its buyer had time enough to miss; return how many."""
    due = Order.objects.filter(state=State.FULFILLED, receive_by__lte=now())
    return one_by_one(_receive_one, due.order_by("receive_by")[:limit])


def settle_due_orders(limit: int = BATCH) -> int:
    """Make what was paid the community's own once the time to return is over; return how many.

    What a return or a complaint is about stays in escrow until that is over.
    """
    due = Order.objects.filter(~live_claims(), state=State.RECEIVED, settle_at__lte=now())
    return one_by_one(_settle_one, due.order_by("settle_at")[:limit])


def receive_if_due(order: Order) -> None:
    """Count an order as received if its time is over; inside a transaction that holds its row."""
    if order.state == State.FULFILLED and order.receive_by and order.receive_by <= now():
        _received(order, None, by_time=True)


def _receive_one(order: Order) -> bool:
    try:
        with write_tx():
            _received(locked(order.pk), None, by_time=True)
    except errors.OrderMovedOn:
        return False
    return True


def _received(order: Order, actor_id: int | None, *, by_time: bool) -> None:
    advance_and_tell(order, State.RECEIVED, actor_id=actor_id, by_time=by_time)
    if Booking.objects.filter(order=order, state=Booking.State.OFF).exists():
        return  # called off late: paid for, but not given
    sold: dict[int, int] = {}
    for product, quantity in order.lines.values_list("product", "quantity"):
        sold[product] = sold.get(product, 0) + quantity
    count_sold(sold)


def _settle_one(order: Order) -> bool:
    try:
        with write_tx():
            _settle(locked(order.pk))
    except errors.OrderMovedOn:
        return False
    return True


def _settle(order: Order) -> None:
    if order.claims.filter(state__in=CLAIMED).exists():
        raise errors.OrderMovedOn
    amount = order.escrow
    move(order, State.SETTLED, escrow=0)
    if amount:
        escrow, sales = ledger.ensure_accounts(
            community=order.community,
            wanted=[Wanted("escrow", order.unit), Wanted("sales", order.unit)],
        )
        ledger.post(
            community=order.community,
            kind="settlement",
            legs=[Leg(escrow, -amount), Leg(sales, amount)],
            key=f"settle:{order.uid}",
            cause=Cause("order", order.uid),
        )
    publish(events.OrderSettled(**about(order, None), amount=amount, unit=order.unit))


def _at_desk(actor: "Person", order: Order) -> Order:
    communities.require(actor, order.community, ORDERS)
    return locked(order.pk)
