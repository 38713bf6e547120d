"""What moved on an account of Stripe, from its balance transactions."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qunluo.market.ports import BillLine
from qunluo.providers.payments.stripe.amounts import from_stripe

PAID = {"charge", "payment"}
BACK = {"refund", "payment_refund"}
UNDONE = {"refund_failure", "payment_failure_refund"}  # a refund that came back to the merchant


def lines_of(told: Mapping[str, Any]) -> Iterator[BillLine]:
    """Return the line of a balance transaction, if it is of a payment or a refund.

    ValueError, TypeError, KeyError for odd ones. The amount is what was paid or sent back, in the
    currency of the payer; the fee is converted to it at Stripe's rate.
    """
    kind, source = told["type"], told.get("source")
    if kind not in PAID | BACK | UNDONE or not isinstance(source, Mapping):
        return
    currency = str(source["currency"]).upper()
    amount = abs(from_stripe(source["amount"], currency))
    yield BillLine(
        number=str((source.get("metadata") or {}).get("number", "")),
        ref=str((source.get("payment_intent") if kind in PAID else source["id"]) or source["id"]),
        amount=-amount if kind in BACK else amount,
        fee=_fee(told, currency),
        currency=currency,
        at=datetime.fromtimestamp(int(told["created"]), UTC),
    )


def _fee(told: Mapping[str, Any], currency: str) -> int:
    settled = str(told["currency"]).upper()
    fee = from_stripe(told["fee"], settled)
    if settled == currency or not fee:
        return fee
    # `exchange_rate` is how much of the settled currency one of the payer's is, in minor units of
    # Stripe on both sides.
    rate = Decimal(str(told.get("exchange_rate") or 0))
    if rate <= 0:
        return 0
    theirs = (Decimal(told["fee"]) / rate).to_integral_value(rounding=ROUND_HALF_UP)
    return from_stripe(int(theirs), currency)
