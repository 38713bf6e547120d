"""Buying in one go: ordered and paid from store credit, both or neither.

It does what placing and paying do one after the other, in one transaction and about half the
statements: nothing that this transaction wrote is read again.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.kernel.errors import DomainError
from qunluo.kernel.prepared import insert
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Cause
from qunluo.market import errors, queries
from qunluo.market.actions.advancing import event_of, stand
from qunluo.market.actions.ordering import (
    WANTING,
    first_order,
    freed,
    insert_order,
    note_source,
    place_order,
    placed_event,
    require_key,
    seen_order,
    set_aside,
)
from qunluo.market.actions.paying import paid_event, pay_from_credit, payment_of
from qunluo.market.models import Order, Payment, Shop
from qunluo.market.queries.quotes import Quote
from qunluo.market.rules.coupons import folded
from qunluo.market.rules.payments import CREDIT, credit_unit
from qunluo.market.rules.wishes import Delivery, Wish, digest

if TYPE_CHECKING:
    from qunluo.people.models import Person


def buy_from_credit(
    *,
    actor: "Person",
    shop: Shop,
    wishes: Sequence[Wish],
    delivery: Delivery,
    key: str,
    total: int | None = None,
    note: str = "",
    source: tuple[str, str] = ("", ""),
    coupon: str = "",
    confirmed: bool = False,
) -> Order:
    """Order something and pay it from one's store credit, or do neither.

    As `place_order`; the same key with the same wishes returns the first order, paid if it waited
    for that. InsufficientFunds, and all that ordering and paying refuse.
    """
    require_key(key)
    coupon = folded(coupon)
    marked = digest(wishes, delivery, coupon)
    given = (actor, shop, wishes, delivery, key, marked, total, note, source, coupon, confirmed)
    try:
        try:
            return _bought(*given)
        except WANTING as error:
            if not freed(error, shop, wishes, coupon):
                raise
            return _bought(*given)
    except (DomainError, IntegrityError):
        # The index on keys decides; only who is refused has to ask whether it is done already.
        first = first_order(actor, key, marked)
        if first is None:
            raise
    waits = first.state == Order.State.PLACED
    return pay_from_credit(actor=actor, order=first) if waits else first


def _bought(
    actor: "Person",
    shop: Shop,
    wishes: Sequence[Wish],
    delivery: Delivery,
    key: str,
    marked: str,
    total: int | None,
    note: str,
    source: tuple[str, str],
    coupon: str,
    confirmed: bool,  # noqa: FBT001 -- private
) -> Order:
    made = queries.quote(shop, wishes, delivery, viewer=actor, coupon=coupon)
    if not confirmed:
        _require_returnable(made)
    order = seen_order(actor, made, key, marked, total, note, source)
    if not order.total:  # then there is nothing to pay
        return place_order(
            actor=actor, shop=shop, wishes=wishes, delivery=delivery, key=key, total=total,
            note=note, source=source, coupon=coupon, confirmed=True,
        )  # fmt: skip
    note_source(order, made)
    with write_tx():
        _write(actor, order, made)
    return order


def _write(actor: "Person", order: Order, made: Quote) -> None:
    """Write everything; rows are taken as by everybody: the order, the books, the stock last."""
    unit, moment = credit_unit(order.currency), order.placed_at
    steps = stand(order, made.shop, "paid", unit=unit, escrow=order.total)
    insert_order(order, made)
    payment = payment_of(order, 1, CREDIT, unit, None, moment)
    payment.state, payment.counts, payment.paid_at = Payment.State.PAID, True, moment
    insert([payment])
    ledger.spend(
        community=made.shop.community,
        actor=actor,
        unit=unit,
        amount=order.total,
        to="escrow",
        kind="payment",
        key=f"pay:{payment.number}",
        cause=Cause("payment", payment.number),
        also=[
            placed_event(order),
            paid_event(order, payment, actor_id=actor.pk),
            *(event_of(order, step, actor.pk) for step in steps[1:]),
        ],
    )
    set_aside(order, made)


def _require_returnable(made: Quote) -> None:
    """Refuse what cannot be returned, since nobody confirmed that they know. ReturnUnconfirmed."""
    for line in made.lines:
        if not line.product.returnable:
            raise errors.ReturnUnconfirmed(title=line.product.title, why=line.product.no_return)
