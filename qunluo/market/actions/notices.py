"""Taking what providers call in with: proven, kept as it came, answered, and then done."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.db.models import F

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, queries
from qunluo.market.actions.paying import take_outcome
from qunluo.market.actions.refunding import take_refund_outcome
from qunluo.market.models import MerchantAccount, Payment, ProviderNotice
from qunluo.market.ports import BadNotice, Call, Outcome, RefundOutcome, Reply
from qunluo.market.rules.payments import back_off

if TYPE_CHECKING:
    from qunluo.market.ports import Pretender
    from qunluo.people.models import Person

logger = logging.getLogger(__name__)
State = ProviderNotice.State
# How often a notice comes for each wish at the sandbox: lost ones are found by asking.
PRETENDED = {"pay": 1, "twice": 2, "lost": 0, "refuse": 1, "less": 1}
SIGNING = ("signature", "wechatpay", "stripe", "content-type")


def take_notice(*, account: MerchantAccount, call: Call) -> Reply:
    """Take a call of a provider: refuse what is not proven, keep the rest, answer, then do it.

    BadNotice. What cannot be done now is tried again; the provider hears that it was taken.
    """
    provider = queries.provider_of(account.provider)
    received = now()
    provider.hear(queries.merchant_of(account), call, received)
    notice, fresh = _kept(account, call, received)
    if fresh:
        handle_notice(notice)
    return provider.reply(taken=True)


def pretend(*, actor: "Person", payment: Payment, wish: str) -> None:
    """Let a payment of the sandbox end as its payer wishes; see PRETENDED.

    UnknownProvider, PaymentNotFound, BadNotice.
    """
    account = payment.merchant
    provider = queries.provider_of(payment.provider)
    if account is None or not hasattr(provider, "pretend") or wish not in PRETENDED:
        raise errors.UnknownProvider
    if payment.order.buyer_id != actor.pk:
        raise errors.PaymentNotFound
    notice = {
        "kind": "payment",
        "number": payment.number,
        "ref": f"S-{payment.number}",
        "amount": payment.amount - (1 if wish == "less" else 0),
        "currency": payment.unit,
        "merchant": queries.merchant_id(account),
        "fate": "closed" if wish == "refuse" else "done",
        "at": now().isoformat(),
    }
    call = cast("Pretender", provider).pretend(queries.merchant_of(account), notice)
    for _time in range(PRETENDED[wish]):
        take_notice(account=account, call=call)


def handle_due_notices(limit: int = 50) -> int:
    """Do what notices say that could not be done when they came; return how many."""
    due = ProviderNotice.objects.filter(state=State.WAITING, try_at__lte=now()).order_by("try_at")
    found = list(due.select_related("merchant")[:limit])
    for notice in found:
        handle_notice(notice)
    return len(found)


def handle_notice(notice: ProviderNotice) -> None:
    """Do what a notice says; once more changes nothing."""
    call = Call(notice.headers, bytes(notice.body), notice.query)
    try:
        merchant = queries.merchant_of(notice.merchant)
        provider = queries.provider_of(notice.merchant.provider)
        _do(notice.merchant, provider.hear(merchant, call, notice.received_at))
    except (errors.PaymentNotFound, errors.RefundNotFound, BadNotice) as error:
        _settle(notice, State.REFUSED, str(error))
    except DomainError as error:
        _later(notice, str(error))
    except Exception:  # one that cannot be handled must not hold up those behind it
        logger.exception("A notice of %s could not be handled.", notice.merchant.provider)
        _later(notice, "It could not be handled.")
    else:
        _settle(notice, State.DONE)


def _do(merchant: MerchantAccount, outcomes: Sequence[Outcome | RefundOutcome]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Outcome):
            take_outcome(merchant=merchant, outcome=outcome)
        else:
            take_refund_outcome(outcome.number, outcome, merchant_id=merchant.pk)


@write_tx
def _kept(account: MerchantAccount, call: Call, received: datetime) -> tuple[ProviderNotice, bool]:
    """Keep a call as it came, before anything else; the same one again is only counted."""
    digest = hashlib.sha256(call.body + repr(sorted(call.query.items())).encode()).hexdigest()
    headers = {k: v for k, v in call.headers.items() if any(one in k for one in SIGNING)}
    notice, made = ProviderNotice.objects.get_or_create(
        merchant=account,
        digest=digest,
        defaults={
            "headers": headers,
            "query": dict(call.query),
            "body": call.body,
            "received_at": received,
            "try_at": received,
        },
    )
    if not made:
        ProviderNotice.objects.filter(pk=notice.pk).update(times=F("times") + 1)
    return notice, made


@write_tx
def _settle(notice: ProviderNotice, state: str, said: str = "") -> None:
    notice.state, notice.said, notice.done_at, notice.try_at = state, said[:400], now(), None
    notice.save(update_fields=["state", "said", "done_at", "try_at"])


@write_tx
def _later(notice: ProviderNotice, said: str) -> None:
    notice.said, notice.tries = said[:400], notice.tries + 1
    notice.try_at = now() + back_off(notice.tries)
    notice.save(update_fields=["said", "tries", "try_at"])
