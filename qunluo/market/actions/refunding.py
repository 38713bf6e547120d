"""Sending money back: decided once, under one number, and tried until the provider has done it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Cause, Leg, Wanted
from qunluo.market import errors, events, queries
from qunluo.market.actions.advancing import move
from qunluo.market.actions.giving_back import give_back
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.actions.places import hold_place
from qunluo.market.actions.special import special
from qunluo.market.models import Order, Payment, Refund
from qunluo.market.ports import (
    Fate,
    ProviderRefused,
    ProviderUnreachable,
    RefundAsked,
    RefundOutcome,
)
from qunluo.market.rules.payments import CREDIT, back_off
from qunluo.market.rules.permissions import ORDERS
from qunluo.market.rules.states import REFUNDABLE

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = Refund.State
OPEN = (State.WANTED, State.SENT)
REASON = 400
OTHER = "The amount is not the one asked for."


@write_tx
def refund_order(
    *, actor: "Person", order: Order, amount: int, reason: str, restock: bool = False
) -> Refund:
    """Send back what a buyer paid, or a part of it, with a reason that they read.

    With `restock`, what they had is for sale again, once for each order. PermissionMissing,
    OwnOrder, OrderMovedOn, InvalidRefund.
    """
    communities.require(actor, order.community, ORDERS)
    fresh = locked(order.pk)
    if fresh.buyer_id == actor.pk:
        raise errors.OwnOrder
    if not reason.strip():
        raise errors.InvalidRefund(fields={"reason": [_("Say why; the buyer reads it.")]}, most=0)
    return refund_whole_or_part(fresh, amount, reason, actor_id=actor.pk, restock=restock)


def refund_whole_or_part(
    order: Order, amount: int, reason: str, *, actor_id: int | None = None, restock: bool = False,
    parts: Collection[int] = (),
) -> Refund:  # fmt: skip
    """Decide a refund of an order whose row is held. OrderMovedOn, InvalidRefund.

    `parts` are the ids of what it is for, where a kind has rules of its own (special.py).
    """
    if order.state not in REFUNDABLE:
        raise errors.OrderMovedOn
    hold_place(order)
    payment = order.payments.select_for_update().filter(counts=True).first()
    most = payment.amount - payment.refunding if payment else 0
    if payment is None or type(amount) is not int or not 1 <= amount <= most:
        raise errors.InvalidRefund(
            fields={"amount": [_("Give an amount that is still there to go back.")]},
            most=queries.said(most, order.currency),
        )
    whole = amount == most
    unsent = order.state in {Order.State.PAID, Order.State.CONFIRMED}
    if restock and unsent and not whole:
        raise errors.InvalidRefund(
            fields={"restock": [_("What is still to be sent cannot be sold to somebody else.")]},
            most=queries.said(most, order.currency),
        )
    kind = special(order)
    if kind and kind.refunding:
        kind.refunding(order, amount, parts)
    refund = send_back(order, payment, amount, reason, actor_id=actor_id)
    Order.objects.filter(pk=order.pk).update(refunded=F("refunded") + amount)
    if whole:
        move(order, Order.State.REFUNDED, end_reason=reason.strip()[:REASON])
    if restock and not order.restocked or whole and unsent:
        order.restocked = True
        Order.objects.filter(pk=order.pk).update(restocked=True)
        give_back(order)
    elif whole and kind:
        kind.ended(order)
    return refund


def send_back(
    order: Order, payment: Payment, amount: int, reason: str, *, actor_id: int | None = None
) -> Refund:
    """Decide that money of a payment goes back; rows of order and payment are held."""
    from_escrow = min(order.escrow, amount)
    order.escrow -= from_escrow
    Order.objects.filter(pk=order.pk).update(escrow=order.escrow)
    payment.refunding += amount
    payment.refunds += 1
    payment.save(update_fields=["refunding", "refunds"])
    moment = now()
    refund = Refund(
        number=f"{payment.number}R{payment.refunds}",
        payment=payment,
        order=order,
        amount=amount,
        settled=amount - from_escrow,
        reason=reason.strip()[:REASON],
        by_id=actor_id,
        wanted_at=moment,
        try_at=moment,
    )
    refund.save(force_insert=True)
    publish(
        events.RefundDecided(
            community_id=order.community_id,
            actor_id=actor_id,
            person_id=order.buyer_id,
            order_id=order.pk,
            amount=amount,
            unit=payment.unit,
            whole=amount == payment.amount,
            number=refund.number,
        )
    )
    if payment.provider == CREDIT:
        _done(refund, order, payment)
    return refund


def try_refunds(limit: int = 50) -> int:
    """Try what waits to go back; return how many were tried."""
    due = Refund.objects.filter(state__in=OPEN, try_at__lte=now()).order_by("try_at")
    found = list(due.select_related("payment__merchant", "order__community")[:limit])
    return one_by_one(try_refund, found)


def try_refund(refund: Refund) -> bool:
    """Ask the provider to send a refund; False when somebody else is at it just now."""
    payment = refund.payment
    if not _claimed(refund) or payment.merchant is None:
        return False
    asked = RefundAsked(
        number=refund.number,
        payment=payment.number,
        ref=payment.ref,
        amount=refund.amount,
        of=payment.amount,
        currency=payment.unit,
        reason=refund.reason[:80],
        notify_url=f"{settings.SITE_URL}/pay/{payment.provider}/{payment.merchant.key}/",
    )
    provider, account = queries.provider_of(payment.provider), queries.merchant_of(payment.merchant)
    try:
        ask = provider.query_refund if refund.state == State.SENT else provider.refund
        outcome = ask(account, asked)
    except ProviderUnreachable:
        return True
    except ProviderRefused as error:
        outcome = RefundOutcome(refund.number, Fate.FAILED, said=error.said)
    take_refund_outcome(refund.number, outcome, merchant_id=payment.merchant_id)
    return True


@write_tx
def take_refund_outcome(number: str, outcome: RefundOutcome, *, merchant_id: int | None) -> Refund:
    """Take over what a provider says of a refund; in any order, any number of times.

    RefundNotFound.
    """
    named = Refund.objects.filter(number=number, payment__merchant_id=merchant_id)
    order_id = named.values_list("order_id", flat=True).first()
    if order_id is None:
        raise errors.RefundNotFound
    order = locked(order_id)
    refund = named.select_related("payment").get()
    if refund.state in {State.DONE}:
        return refund
    outcome = _of_amount(refund, outcome)
    refund.ref = outcome.ref[:80] or refund.ref
    refund.said = outcome.said[:REASON]
    if outcome.fate is Fate.DONE:
        _done(refund, order, refund.payment, at=outcome.at)
        return refund
    if outcome.fate is Fate.FAILED and refund.state != State.FAILED:
        refund.state, refund.try_at = State.FAILED, None
        publish(events.RefundFailed(**_told(order, refund)))
    elif outcome.fate is Fate.BY_HAND:
        refund.state, refund.try_at = State.BY_HAND, None
    elif outcome.fate is Fate.OPEN:
        refund.state = State.SENT
    elif outcome.fate is Fate.UNKNOWN:
        refund.state = State.WANTED
    refund.save()
    return refund


def _of_amount(refund: Refund, outcome: RefundOutcome) -> RefundOutcome:
    """Return what a provider says, as a failure when it is of another amount; 0 says nothing."""
    if outcome.amount in {0, refund.amount}:
        return outcome
    return replace(outcome, fate=Fate.FAILED, said=OTHER)


@write_tx
def refunded_by_hand(*, actor: "Person", refund: Refund, ref: str = "") -> Refund:
    """Say that a refund which no provider sends has been given back. PermissionMissing, OwnOrder,

    OrderMovedOn.
    """
    communities.require(actor, refund.order.community, ORDERS)
    if refund.order.buyer_id == actor.pk:
        raise errors.OwnOrder
    order = locked(refund.order_id)
    fresh = Refund.objects.select_related("payment").get(pk=refund.pk)
    if fresh.state == State.DONE:
        return fresh
    if fresh.state not in {State.BY_HAND, State.FAILED} and fresh.try_at is not None:
        raise errors.OrderMovedOn
    fresh.ref, fresh.said = ref.strip()[:80], ""
    _done(fresh, order, fresh.payment, actor_id=actor.pk)
    return fresh


@write_tx
def try_again(*, actor: "Person", refund: Refund) -> Refund:
    """Let a refund that failed be tried again, under its number. PermissionMissing."""
    communities.require(actor, refund.order.community, ORDERS)
    failed = Refund.objects.filter(
        pk=refund.pk, state=State.FAILED, payment__merchant__isnull=False
    )
    failed.update(state=State.WANTED, try_at=now(), tries=0)
    refund.refresh_from_db()
    return refund


def _done(
    refund: Refund,
    order: Order,
    payment: Payment,
    *,
    actor_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Book that money is back; inside a transaction that holds the order's row."""
    who = order.buyer if payment.provider == CREDIT else None
    end = (
        Wanted("wallet", payment.unit, who)
        if who
        else Wanted("clearing", payment.unit, label=payment.provider)
    )
    target, escrow, sales = ledger.ensure_accounts(
        community=order.community,
        wanted=[end, Wanted("escrow", payment.unit), Wanted("sales", payment.unit)],
    )
    parts = [(escrow, refund.amount - refund.settled), (sales, refund.settled)]
    ledger.post(
        community=order.community,
        kind="refund",
        legs=[*(Leg(a, -n) for a, n in parts if n), Leg(target, refund.amount)],
        key=f"refund:{refund.number}",
        cause=Cause("refund", refund.number),
        memo=refund.reason,
        occurred_at=at,
    )
    refund.state, refund.done_at, refund.try_at = State.DONE, at or now(), None
    refund.save()
    publish(events.RefundDone(**_told(order, refund, actor_id)))


@write_tx
def _claimed(refund: Refund) -> bool:
    """Put off the next try; the conditional update decides between two workers."""
    again = now() + back_off(refund.tries)
    mine = Refund.objects.filter(pk=refund.pk, state__in=OPEN, tries=refund.tries)
    return bool(mine.update(try_at=again, tries=refund.tries + 1))


def _told(order: Order, refund: Refund, actor_id: int | None = None) -> dict[str, Any]:
    return about(order, actor_id) | {"amount": refund.amount, "unit": refund.payment.unit}
