"""A payment provider that does what a test tells it to."""

import json
from dataclasses import asdict, replace

from qunluo.kernel.clock import now
from qunluo.market.ports import (
    BadNotice,
    Call,
    Fate,
    HowToPay,
    Outcome,
    ProviderUnreachable,
    RefundOutcome,
    Reply,
    Way,
)


class Till:
    """Remembers what it was asked; `pays` decides what it says."""

    def __init__(self):
        self.asked, self.refunds, self.closed = {}, {}, []
        self.state, self.bills = {}, {}
        self.down = False
        self.refund_fate = Fate.DONE
        self.way = HowToPay(Way.CODE, "till://pay")

    def fits(self, merchant):
        return {"merchant": "No."} if merchant.settings["merchant"] == "bad" else {}

    def merchant_id(self, merchant):
        return merchant.settings["merchant"]

    def create(self, _merchant, asked):
        self._answer()
        self.asked[asked.number] = asked
        return self.way

    def query(self, _merchant, number):
        self._answer()
        return self.state.get(number, Outcome(number, Fate.OPEN))

    def close(self, _merchant, number):
        self._answer()
        self.closed.append(number)

    def hear(self, _merchant, call, _now):
        if call.headers.get("till-signature") != "right":
            raise BadNotice
        told = json.loads(call.body)
        if told.pop("kind") == "refund":
            return [RefundOutcome(told["number"], Fate(told["fate"]), amount=told["amount"])]
        return [Outcome(**{**told, "fate": Fate(told["fate"]), "at": now()})]

    def reply(self, *, taken):
        return Reply(200 if taken else 500, b"ok")

    def refund(self, _merchant, asked):
        self._answer()
        self.refunds[asked.number] = asked
        return RefundOutcome(asked.number, self.refund_fate, amount=asked.amount, at=now())

    def query_refund(self, merchant, asked):
        return self.refund(merchant, asked)

    def bill(self, _merchant, day):
        self._answer()
        return self.bills.get(day, [])

    def _answer(self):
        if self.down:
            raise ProviderUnreachable


def paid(payment, **other):
    """What the till says of a payment that was made as it was asked for."""
    outcome = Outcome(
        payment.number, Fate.DONE, ref=f"T{payment.number}", amount=payment.amount,
        currency=payment.unit, merchant="M1", at=now(),
    )  # fmt: skip
    return replace(outcome, **other)


def notice(outcome, *, signature="right"):
    """The call by which the till tells of a payment."""
    told = {**asdict(outcome), "fate": outcome.fate.value, "kind": "payment"}
    told.pop("at")
    return Call({"till-signature": signature}, json.dumps(told).encode())
