"""Moving an order forward by what follows by itself; inside a transaction.

Whoever calls holds the row of the order.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from qunluo.kernel.clock import now
from qunluo.kernel.events import Event
from qunluo.kernel.outbox import publish_all
from qunluo.market import events
from qunluo.market.actions.order_rows import about
from qunluo.market.actions.special import special
from qunluo.market.errors import OrderMovedOn
from qunluo.market.models import Order, Shop
from qunluo.market.rules.states import MOVES

State = Order.State
STAMPS = {
    "paid": "paid_at", "confirmed": "confirmed_at", "fulfilled": "fulfilled_at",
    "received": "received_at", "settled": "ended_at", "cancelled": "ended_at",
    "expired": "ended_at", "refunded": "ended_at",
}  # fmt: skip


def move(order: Order, state: str, *, first: str = "", **columns: object) -> None:
    """Move an order by a conditional update. OrderMovedOn when it is no longer where it could.

    `first` is the first of several states into which it comes at once.
    """
    columns = {STAMPS[state]: now(), **columns}
    able = Order.objects.filter(pk=order.pk, state__in=MOVES[first or state])
    if not able.update(state=state, **columns):
        raise OrderMovedOn
    order.state = state
    for name, value in columns.items():
        setattr(order, name, value)


def advance(
    order: Order,
    state: str,
    *,
    actor_id: int | None = None,
    by_time: bool = False,
    told: Event | None = None,
    **columns: object,
) -> list[Event]:
    """Move an order into a state and on as far as nobody has to do anything; return what to tell.

    `told` is the event of the first step when it knows more than this does.
    """
    happened: list[Event] = []
    shop = Shop.objects.get(community_id=order.community_id)
    first = step = state
    for step, dates in steps(order, shop, state):
        columns = {**dates, **columns}
        happened.append(told or event_of(order, step, actor_id, by_time=by_time))
        told = None
        if step == State.CONFIRMED and (kind := special(order)):
            move(order, step, first=first, **columns)
            first, columns = "", {}
            kind.confirmed(order)
    if columns:  # what follows by itself is one update
        move(order, step, first=first, **columns)
    return happened


def steps(order: Order, shop: Shop, state: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield a state and those that follow by themselves, each with its moments."""
    while state:
        moment = now()
        yield state, {STAMPS[state]: moment, **_dates(order, shop, state, moment)}
        state = _next(order, shop, state)


def stand(order: Order, shop: Shop, state: str, **columns: object) -> list[str]:
    """Let an order that is not written yet stand where `advance` would bring it; return the steps.

    Only what has no rules of its own.
    """
    taken = []
    for step, dates in steps(order, shop, state):
        columns = {**dates, **columns}
        taken.append(step)
    for name, value in {**columns, "state": taken[-1]}.items():
        setattr(order, name, value)
    return taken


def advance_and_tell(order: Order, state: str, **options: object) -> None:
    """Move an order as `advance` does, and tell of it."""
    publish_all(advance(order, state, **options))  # type: ignore[arg-type]


def _next(order: Order, shop: Shop, state: str) -> str:
    """Return the step that follows by itself, or nothing."""
    if state == State.PAID and not shop.confirms and not order.waits:
        return State.CONFIRMED
    if state == State.CONFIRMED and order.method == Order.Method.VIRTUAL:
        kind = special(order)
        return State.FULFILLED if kind is None or kind.at_once else ""
    return ""


def _dates(order: Order, shop: Shop, state: str, moment: datetime) -> dict[str, object]:
    """Return by when the next step comes by itself."""
    if state == State.FULFILLED:
        return {"receive_by": moment + timedelta(days=shop.receive_days)}
    if state == State.RECEIVED:
        returnable = order.lines.filter(returnable=True).exists()
        days = shop.return_days if returnable else 0
        return {"settle_at": moment + timedelta(days=days)}
    return {}


def event_of(order: Order, state: str, actor_id: int | None, *, by_time: bool = False) -> Event:
    """Return what is told of an order that came into a state."""
    shared = about(order, actor_id)
    if state == State.PAID:
        return events.OrderPaid(**shared, amount=order.total, unit=order.unit, provider="")
    if state == State.FULFILLED:
        return events.OrderFulfilled(**shared, method=order.method)
    if state == State.RECEIVED:
        return events.OrderReceived(**shared, by_time=by_time)
    plain = {
        State.CONFIRMED: events.OrderConfirmed,
        State.CANCELLED: events.OrderCancelled,
        State.EXPIRED: events.OrderExpired,
    }
    return plain[State(state)](**shared)
