"""Ending the case of money that came otherwise than it was asked for."""

from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.money import CURRENCIES
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.actions.paying import ODD, book
from qunluo.market.actions.refunding import REASON, send_back
from qunluo.market.models import Order, Payment
from qunluo.market.rules.permissions import ORDERS

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = Payment.State
HERE = {ODD["amount"], ODD["currency"]}  # of these the money lies with the shop's own account


@write_tx
def end_odd_payment(*, actor: "Person", payment: Payment, back: bool, reason: str) -> Payment:
    """Send back whole what came otherwise than asked for, or say why nothing is to be sent.

    The order is as it was, and may be paid anew. PermissionMissing, OwnOrder, OrderMovedOn,
    InvalidRefund.
    """
    communities.require(actor, payment.order.community, ORDERS)
    order = locked(payment.order_id)
    if order.buyer_id == actor.pk:
        raise errors.OwnOrder
    fresh = order.payments.select_for_update(of=("self",)).get(pk=payment.pk)
    if fresh.state != State.ODD:
        raise errors.OrderMovedOn
    reason = reason.replace("\0", "").strip()[:REASON]
    if not reason:
        raise errors.InvalidRefund(_("Say why; the buyer reads it."))
    if back:
        _take_in(order, fresh)
        send_back(order, fresh, fresh.amount, reason, actor_id=actor.pk)
    else:
        fresh.state, fresh.said = State.CLOSED, reason
        fresh.save(update_fields=["state", "said"])
    publish(events.PaymentOddEnded(**about(order, actor.pk), back=back))
    return fresh


def _take_in(order: Order, payment: Payment) -> None:
    """Book money as it came, so that all of it can go back. InvalidRefund."""
    if payment.said not in HERE or not payment.came or payment.came_unit not in CURRENCIES:
        raise errors.InvalidRefund(
            _("This money is not with the shop, so that it cannot be sent back from here.")
        )
    payment.amount, payment.unit, payment.state = payment.came, payment.came_unit, State.PAID
    payment.save(update_fields=["amount", "unit", "state"])
    book(order, payment)
    order.escrow += payment.amount
    Order.objects.filter(pk=order.pk).update(escrow=order.escrow)
