"""For trying out: no money moves, and what happens is chosen on a page of ours.

It has no service behind it. The page signs what it chose as a notice (`sign`), and sends it as a
real service would: at once, late, twice, in the wrong order, or not at all. What was signed is
kept for a day in the shared cache, so that asking finds what a lost notice would have said.

Refunds are done at once, unless their amount ends in 01 (fails), 02 (is worked on, and done when
asked for again), or 03 (no answer the first time, although the money moved).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.core.cache import cache

from qunluo.kernel.clock import now as this_moment
from qunluo.kernel.money import CURRENCIES
from qunluo.kernel.text import _
from qunluo.market.ports import (
    Asked,
    BadNotice,
    BillLine,
    Call,
    Fate,
    HowToPay,
    Merchant,
    Outcome,
    ProviderRefused,
    ProviderUnreachable,
    RefundAsked,
    RefundOutcome,
    Reply,
    Way,
)
from qunluo.providers.paying import notice_in, refuse_stale

SIGNATURE = "sandbox-signature"
FAILS, SLOW, SILENT = 1, 2, 3
LEAST_KEY = 16
A_DAY = 24 * 60 * 60
KINDS = {"payment", "refund"}
ENDS = {Fate.DONE.value, Fate.CLOSED.value}


class Provider:
    """Pretends to take in money, everywhere but in production."""

    def fits(self, merchant: Merchant) -> Mapping[str, str]:
        """Return what is wrong with each setting."""
        if _for_real():
            return {"key": _("This way to pay is for trying out only; it moves no money.")}
        if len(merchant.secrets.get("key", "")) < LEAST_KEY:
            return {"key": _("Give at least 16 letters and digits.")}
        return {}

    def merchant_id(self, merchant: Merchant) -> str:
        """Return the name of the merchant."""
        return merchant.settings.get("account") or "sandbox"

    def create(self, merchant: Merchant, asked: Asked) -> HowToPay:
        """Send the payer to our own page."""
        _refuse_for_real()
        return HowToPay(Way.INSIDE)

    def query(self, merchant: Merchant, number: str) -> Outcome:
        """Return what was chosen on the page, whether its notice came or not."""
        _refuse_for_real()
        kept = cache.get(_place(merchant, "payment", number))
        found = _read(json.loads(kept)) if kept else None
        return found if isinstance(found, Outcome) else Outcome(number, Fate.OPEN)

    def close(self, merchant: Merchant, number: str) -> None:
        """Let nobody pay it any more. ProviderRefused when it has been paid."""
        if self.query(merchant, number).fate is Fate.DONE:
            raise ProviderRefused("This payment has been paid.")

    def hear(
        self, merchant: Merchant, call: Call, now: datetime
    ) -> Sequence[Outcome | RefundOutcome]:
        """Return what a notice says that was signed with the merchant's key within five minutes."""
        key, header = merchant.secrets.get("key", ""), call.headers.get(SIGNATURE, "")
        moment, _dot, given = header.partition(".")
        if _for_real() or len(key) < LEAST_KEY:
            raise BadNotice
        refuse_stale(moment, now)
        if not hmac.compare_digest(given.encode(), _signature(key, moment, call.body).encode()):
            raise BadNotice
        return [_read(notice_in(call.body))]

    def reply(self, *, taken: bool) -> Reply:
        """Return a bare status."""
        return Reply(200 if taken else 503)

    def refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Send back what never came, as its last two digits say."""
        _refuse_for_real()
        if asked.amount % 100 == FAILS:
            said = "The sandbox fails refunds that end in 01."
            return RefundOutcome(asked.number, Fate.FAILED, said=said)
        if asked.amount % 100 == SLOW and cache.add(_slot(merchant, asked), "", A_DAY):
            return RefundOutcome(asked.number, Fate.OPEN, f"R-{asked.number}", asked.amount)
        if asked.amount % 100 == SILENT and cache.add(_slot(merchant, asked), "", A_DAY):
            raise ProviderUnreachable
        return _sent_back(asked)

    def query_refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Return how a refund stands: what was begun is done by now."""
        _refuse_for_real()
        begun = cache.get(_slot(merchant, asked)) is not None
        return _sent_back(asked) if begun else self.refund(merchant, asked)

    def bill(self, merchant: Merchant, day: date) -> Sequence[BillLine]:
        """Return nothing: no money moved."""
        return []

    def pretend(self, merchant: Merchant, notice: Mapping[str, object]) -> Call:
        """Return the call by which a real service would tell of what was chosen."""
        _refuse_for_real()
        headers, body = sign(merchant, notice)
        return Call(headers, body)


def sign(merchant: Merchant, notice: Mapping[str, object]) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a notice, signed now, and keep how a payment ends for `query`.

    A notice tells kind ("payment", "refund"), number, ref, amount, currency, merchant, fate (a
    value of Fate) and at (ISO 8601, or nothing).
    """
    body = json.dumps(dict(notice), ensure_ascii=False, sort_keys=True).encode()
    moment = str(int(this_moment().timestamp()))
    if notice.get("kind") == "payment" and notice.get("fate") in ENDS:
        # The first end stands: what comes after it is a service that misbehaves.
        place = _place(merchant, "payment", str(notice.get("number")))
        cache.add(place, body.decode(), A_DAY)
    signature = f"{moment}.{_signature(merchant.secrets['key'], moment, body)}"
    return {SIGNATURE: signature, "content-type": "application/json"}, body


def _signature(key: str, moment: str, body: bytes) -> str:
    return hmac.new(key.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _read(told: Mapping[str, object]) -> Outcome | RefundOutcome:
    """Return what a notice says. BadNotice."""
    number, kind, amount = told.get("number"), told.get("kind"), told.get("amount", 0)
    currency = told.get("currency", "")
    sound = isinstance(number, str) and number and type(amount) is int and amount >= 0
    if not sound or kind not in KINDS or currency not in CURRENCIES | {""}:
        raise BadNotice
    try:
        fate = Fate(told.get("fate"))
        at = datetime.fromisoformat(str(told["at"])) if told.get("at") else None
    except ValueError:
        raise BadNotice from None
    if at is not None and at.tzinfo is None:
        raise BadNotice
    ref, merchant = str(told.get("ref", "")), str(told.get("merchant", ""))
    if kind == "refund":
        return RefundOutcome(str(number), fate, ref, int(str(amount)), at)
    return Outcome(str(number), fate, ref, int(str(amount)), str(currency), merchant, at)


def _sent_back(asked: RefundAsked) -> RefundOutcome:
    ref = f"R-{asked.number}"
    return RefundOutcome(asked.number, Fate.DONE, ref, asked.amount, this_moment())


def _place(merchant: Merchant, kind: str, number: str) -> str:
    """Return where the end of a payment is kept: apart for each key, and found by nobody else."""
    named = f"{merchant.secrets.get('key', '')}\n{kind}\n{number}"
    return f"sandbox:{hashlib.sha256(named.encode()).hexdigest()}"


def _slot(merchant: Merchant, asked: RefundAsked) -> str:
    return _place(merchant, "begun", asked.number)


def _for_real() -> bool:
    return bool(settings.ENV == "production")


def _refuse_for_real() -> None:
    if _for_real():
        raise ProviderRefused("This way to pay is for trying out only.")
