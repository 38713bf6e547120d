"""Paying an order: from store credit at once, or by a provider, whatever it tells and whenever."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish, publish_all
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Cause, Leg, Wanted
from qunluo.market import errors, events, queries
from qunluo.market.actions.advancing import advance
from qunluo.market.actions.giving_back import take_up
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.actions.places import enter, hold_place
from qunluo.market.actions.refunding import send_back
from qunluo.market.actions.special import special
from qunluo.market.models import MerchantAccount, Order, Payment
from qunluo.market.ports import Asked, Fate, HowToPay, Outcome, ProviderRefused, ProviderUnreachable
from qunluo.market.rules.payments import CREDIT, FIRST_LOOK, back_off, credit_unit
from qunluo.market.rules.permissions import ORDERS
from qunluo.market.rules.states import PAID, UNPAID_END

if TYPE_CHECKING:
    from qunluo.kernel.events import Event
    from qunluo.people.models import Person

State = Payment.State
ODD = {
    "amount": _("The amount is not the one asked for."),
    "currency": _("The currency is not the one asked for."),
    "merchant": _("It went to another merchant."),
    "ref": _("Its number stands for another payment already."),
}


@write_tx
def pay_from_credit(*, actor: "Person", order: Order) -> Order:
    """Pay an order from one's store credit. Once more changes nothing.

    OrderNotFound, OrderMovedOn, OrderOver, CampaignOver, TeamFull, InsufficientFunds.
    """
    fresh = locked(order.pk)
    if fresh.buyer_id != actor.pk:
        raise errors.OrderNotFound
    if fresh.state in PAID:
        return fresh
    _require_time(fresh)
    enter(fresh)
    unit, moment = credit_unit(fresh.currency), now()
    wallet, escrow = ledger.ensure_accounts(
        community=fresh.community, wanted=[Wanted("wallet", unit, actor), Wanted("escrow", unit)]
    )
    payment = _payment(fresh, CREDIT, unit, None, moment)
    ledger.post(
        community=fresh.community,
        kind="payment",
        legs=[Leg(wallet, -fresh.total), Leg(escrow, fresh.total)],
        key=f"pay:{payment.number}",
        cause=Cause("payment", payment.number),
        actor=actor,
    )
    payment.state, payment.counts, payment.paid_at = State.PAID, True, moment
    payment.save(force_insert=True)
    publish_all(_paid(fresh, payment, late=False, actor_id=actor.pk))
    return fresh


def begin_payment(
    *, actor: "Person", order: Order, provider: str, client: str = "web", payer: str = "",
    address: str = "",
) -> Payment:  # fmt: skip
    """Ask a provider to take in what an order costs; once more returns the payment that is open.

    OrderNotFound, OrderMovedOn, OrderOver, UnknownProvider, ProviderUnreachable, ProviderRefused.
    """
    payment = _open(actor, order, provider)
    if payment.way:
        return payment
    merchant = payment.merchant
    if merchant is None:
        raise errors.UnknownProvider
    here = f"{settings.SITE_URL}/c/{order.community.slug}/orders/{order.uid}/"
    asked = Asked(
        number=payment.number,
        amount=payment.amount,
        currency=payment.unit,
        title=f"{order.community.name} {order.uid}",
        expires_at=payment.expires_at,
        return_url=here,
        notify_url=f"{settings.SITE_URL}/pay/{provider}/{merchant.key}/",
        client=client,
        payer=payer,
        address=address,
    )
    # Outside any transaction: nobody else waits while a provider thinks.
    how = queries.provider_of(provider).create(queries.merchant_of(merchant), asked)
    return _note_way(payment, how)


@write_tx
def _open(actor: "Person", order: Order, provider: str) -> Payment:
    """Write down that somebody pays in a way; the provider is asked afterwards."""
    fresh = locked(order.pk)
    if fresh.buyer_id != actor.pk:
        raise errors.OrderNotFound
    _require_time(fresh)
    merchant = queries.account_with(fresh.community, provider)
    if merchant is None or not queries.takes(provider, fresh.currency):
        raise errors.UnknownProvider
    found = fresh.payments.filter(merchant=merchant, state=State.OPEN).first()
    if found:
        return found
    payment = _payment(fresh, provider, fresh.currency, merchant, now())
    payment.look_at = now() + FIRST_LOOK
    payment.save(force_insert=True)
    return payment


@write_tx
def _note_way(payment: Payment, how: HowToPay) -> Payment:
    Payment.objects.filter(pk=payment.pk).update(way=how.way.value, value=how.value)
    payment.way, payment.value = how.way.value, how.value
    return payment


@write_tx
def take_outcome(*, merchant: MerchantAccount, outcome: Outcome) -> Payment:
    """Take over what a provider says of a payment; in any order, any number of times.

    A payment for an order that has ended is honoured if there is still enough, else it goes back.
    PaymentNotFound.
    """
    named = Payment.objects.filter(number=outcome.number, merchant=merchant)
    order_id = named.values_list("order_id", flat=True).first()
    if order_id is None:
        raise errors.PaymentNotFound
    order = locked(order_id)
    hold_place(order)
    payment = named.select_for_update().get()
    if payment.state in {State.PAID, State.ODD}:
        return payment
    if outcome.fate is Fate.CLOSED:
        payment.state, payment.look_at = State.CLOSED, None
        payment.save(update_fields=["state", "look_at"])
        return payment
    if outcome.fate is not Fate.DONE:
        return payment
    payment.look_at, payment.paid_at = None, outcome.at or now()
    wrong = _wrong(payment, merchant, outcome)
    # The database keeps each number of a provider for one payment.
    payment.ref = "" if wrong == "ref" else outcome.ref[:80]
    if wrong:
        payment.state, payment.said = State.ODD, ODD[wrong]
        payment.came, payment.came_unit = outcome.amount, outcome.currency[:20]
        payment.save()
        publish(events.PaymentOdd(**about(order), amount=outcome.amount, unit=payment.came_unit))
        return payment
    payment.state = State.PAID
    book(order, payment)
    _receive(order, payment)
    return payment


@write_tx
def confirm_payment(*, actor: "Person", payment: Payment, ref: str = "") -> Payment:
    """Say that money came by hand: a transfer or cash.

    PermissionMissing, OwnOrder, OrderMovedOn, InvalidOrder when another came under that number.
    """
    communities.require(actor, payment.order.community, ORDERS)
    if payment.order.buyer_id == actor.pk:
        raise errors.OwnOrder
    if payment.merchant is None or payment.way != "words":
        raise errors.PaymentNotFound
    ref = ref.strip()[:80]
    if other := _paid_by(payment, ref):
        raise errors.InvalidOrder(
            _("The payment {number} came under this number already."), number=other.number
        )
    outcome = Outcome(
        payment.number,
        Fate.DONE,
        ref=ref,
        amount=payment.amount,
        currency=payment.unit,
        merchant=queries.merchant_id(payment.merchant),
        at=now(),
    )
    done = take_outcome(merchant=payment.merchant, outcome=outcome)
    if done.state != State.PAID:
        raise errors.OrderMovedOn
    return done


def look_after_payments(limit: int = 50) -> int:
    """Ask providers about payments of which no notice came; return how many were asked."""
    due = Payment.objects.filter(state=State.OPEN, look_at__lte=now()).order_by("look_at")
    found = list(due.select_related("merchant", "order")[:limit])
    return one_by_one(look_after, found)


def look_after(payment: Payment) -> bool:
    """Ask a provider how a payment stands; False when somebody else is asking just now."""
    if not _claimed(payment) or payment.merchant is None:
        return False
    provider = queries.provider_of(payment.provider)
    account = queries.merchant_of(payment.merchant)
    try:
        outcome = provider.query(account, payment.number)
        # Long over and unpaid: nobody is to pay it any more.
        over = payment.expires_at + timedelta(minutes=5) <= now()
        if over and outcome.fate in {Fate.OPEN, Fate.UNKNOWN}:
            provider.close(account, payment.number)
            outcome = Outcome(payment.number, Fate.CLOSED)
    except (ProviderUnreachable, ProviderRefused):
        return True
    take_outcome(merchant=payment.merchant, outcome=outcome)
    return True


@write_tx
def _claimed(payment: Payment) -> bool:
    """Put off the next look; the conditional update decides between two workers."""
    again = now() + back_off(payment.tries)
    mine = Payment.objects.filter(pk=payment.pk, state=State.OPEN, tries=payment.tries)
    return bool(mine.update(look_at=again, tries=payment.tries + 1))


def _receive(order: Order, payment: Payment) -> None:
    """Give an order its money, or send it back: one payment counts, and only for what is there."""
    late = order.state in UNPAID_END
    # Who is erased has no address any more, and nobody to hand it to.
    open_to_it = (late or order.state == Order.State.PLACED) and not order.buyer.erased_at
    wanted = open_to_it and take_up(order, late=late)
    payment.counts = wanted
    payment.save()
    order.escrow += payment.amount
    Order.objects.filter(pk=order.pk).update(escrow=order.escrow)
    if wanted:
        publish_all(_paid(order, payment, late=late))
    else:
        ended = late or order.state == Order.State.PLACED
        reason = _("The order had ended.") if ended else _("The order had been paid already.")
        send_back(order, payment, payment.amount, reason)


def _paid(
    order: Order, payment: Payment, *, late: bool, actor_id: int | None = None
) -> list["Event"]:
    told = paid_event(order, payment, late=late, actor_id=actor_id)
    columns: dict[str, Any] = {"unit": payment.unit, "end_reason": ""}
    if payment.provider == CREDIT:
        columns["escrow"] = payment.amount
    return advance(order, "paid", actor_id=actor_id, told=told, **columns)


def paid_event(
    order: Order, payment: Payment, *, late: bool = False, actor_id: int | None = None
) -> events.OrderPaid:
    """Return what is told of an order that was paid."""
    return events.OrderPaid(
        **about(order, actor_id),
        amount=payment.amount,
        unit=payment.unit,
        provider=payment.provider,
        late=late,
    )


def book(order: Order, payment: Payment) -> None:
    """Book that a provider took a payment in; inside a transaction that holds the order's row."""
    clearing, escrow = ledger.ensure_accounts(
        community=order.community,
        wanted=[
            Wanted("clearing", payment.unit, label=payment.provider),
            Wanted("escrow", payment.unit),
        ],
    )
    ledger.post(
        community=order.community,
        kind="payment",
        legs=[Leg(clearing, -payment.amount), Leg(escrow, payment.amount)],
        key=f"pay:{payment.number}",
        cause=Cause("payment", payment.number),
        memo=payment.ref,
        occurred_at=payment.paid_at,
    )


def _wrong(payment: Payment, merchant: MerchantAccount, outcome: Outcome) -> str:
    """Return in what a payment is not the one that was asked for."""
    if outcome.amount != payment.amount:
        return "amount"
    if outcome.currency != payment.unit:
        return "currency"
    if outcome.merchant != queries.merchant_id(merchant):
        return "merchant"
    return "ref" if _paid_by(payment, outcome.ref[:80]) else ""


def _paid_by(payment: Payment, ref: str) -> Payment | None:
    """Return another payment that came under a number of the provider, or None."""
    same = Payment.objects.filter(provider=payment.provider, merchant=payment.merchant_id, ref=ref)
    return same.exclude(pk=payment.pk).exclude(ref="").first()


def _payment(
    order: Order, provider: str, unit: str, merchant: MerchantAccount | None, moment: datetime
) -> Payment:
    return payment_of(order, order.payments.count() + 1, provider, unit, merchant, moment)


def payment_of(
    order: Order, count: int, provider: str, unit: str, merchant: MerchantAccount | None,
    moment: datetime,
) -> Payment:  # fmt: skip
    """Return the payment of an order that is its first, second and so on, not written yet."""
    return Payment(
        number=f"{order.uid}P{count}",
        order=order,
        provider=provider,
        merchant=merchant,
        unit=unit,
        amount=order.total,
        opened_at=moment,
        expires_at=order.expires_at,
    )


def _require_time(order: Order) -> None:
    """Refuse to pay what is not waiting for it. OrderMovedOn, OrderOver."""
    if order.state != Order.State.PLACED:
        raise errors.OrderMovedOn
    if order.expires_at <= now():
        raise errors.OrderOver
    if (kind := special(order)) and kind.payable:
        kind.payable(order)
