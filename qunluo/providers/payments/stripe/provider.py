"""Stripe, by its hosted Checkout: one session for each number.

A session has an end, can be expired, and cannot be paid twice. Stripe finds no session by a number
of ours, but it lists them by time, and none lives longer than a day: a payment is looked for in the
sessions of the last day, and behind that among the payment intents that carry its number.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import stripe

from qunluo.kernel import clock
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
    RefundAsked,
    RefundOutcome,
    Reply,
    Way,
)
from qunluo.providers.paying import notice_in, odd, refuse_stale
from qunluo.providers.payments.stripe.amounts import from_stripe, to_stripe
from qunluo.providers.payments.stripe.bill import lines_of
from qunluo.providers.payments.stripe.line import Line, Refusal

BASE = "https://api.stripe.com"
SESSIONS, INTENTS = "/v1/checkout/sessions", "/v1/payment_intents"
SOONEST, LATEST = timedelta(minutes=31), timedelta(hours=23, minutes=59)
A_DAY = timedelta(hours=25)
PAGES, BILL_PAGES = 50, 500  # of 100 each
NUMBER = re.compile(r"[A-Za-z0-9]{6,32}")
KEY = re.compile(r"(sk|rk)_(live|test)_[A-Za-z0-9]{8,}")
INTENT_FATES = {"succeeded": Fate.DONE, "canceled": Fate.CLOSED}
FAILED = "requires_payment_method"  # a card that was declined, a debit that came back
REFUND_FATES = {"succeeded": Fate.DONE, "failed": Fate.FAILED, "canceled": Fate.FAILED}
OF_SESSIONS = "checkout.session."
OF_REFUNDS = {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
# The parts of Unix time in a header may be followed by any number of signatures.
STAMP = re.compile(r"(?:^|,)t=([0-9]{1,12})(?=,|$)")


class Provider:
    """Takes in many currencies by Stripe's own page."""

    base = BASE

    def fits(self, merchant: Merchant) -> Mapping[str, str]:
        """Return what is wrong with each setting."""
        wrong: dict[str, str] = {}
        if not re.fullmatch(r"acct_[A-Za-z0-9]{8,}", merchant.settings.get("account", "")):
            wrong["account"] = _("An account id begins with acct_.")
        if not KEY.fullmatch(merchant.secrets.get("api_key", "")):
            wrong["api_key"] = _("A secret key begins with sk_live_ or rk_live_ (sk_test_ to try).")
        if not merchant.secrets.get("webhook_secret", "").startswith("whsec_"):
            wrong["webhook_secret"] = _("A signing secret begins with whsec_.")
        return wrong

    def merchant_id(self, merchant: Merchant) -> str:
        """Return the id of the account."""
        return merchant.settings["account"]

    def create(self, merchant: Merchant, asked: Asked) -> HowToPay:
        """Begin a payment, or return the page of the one that there is."""
        line = Line(merchant, self.base)
        try:
            session = line.post(SESSIONS, asked.number, **_session(asked))
        except Refusal as error:
            # The first try reached Stripe at another moment, so that its end was told otherwise.
            if error.name != "IdempotencyError":
                raise
            begun = self._session(line, asked.number)
            if begun is None:
                raise
            session = begun
        page = session.get("url")
        if not isinstance(page, str) or not page.startswith("https://"):
            raise ProviderRefused("This payment can no longer be paid.")
        return HowToPay(Way.REDIRECT, page)

    def query(self, merchant: Merchant, number: str) -> Outcome:
        """Return how a payment stands."""
        line = Line(merchant, self.base)
        session = self._session(line, number)
        try:
            if session is None or session.get("payment_intent"):
                intent = self._intent(line, number, session)
                if intent is not None:
                    going = session is not None and session["status"] == "open"
                    return self._outcome(merchant, number, intent, going=going)
            if session is None:
                return Outcome(number, Fate.UNKNOWN)
            return self._of_session(merchant, session, None)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            raise odd("a payment of Stripe that cannot be read") from None

    def close(self, merchant: Merchant, number: str) -> None:
        """Let nobody pay it any more."""
        line = Line(merchant, self.base)
        session = self._session(line, number)
        if session is not None and session.get("status") == "open":
            try:
                line.post(f"{SESSIONS}/{session['id']}/expire")
            except Refusal:
                session = line.get(f"{SESSIONS}/{session['id']}")
                if session.get("status") == "open":
                    raise
        if session is not None and session.get("status") == "complete":
            stands = self.query(merchant, number)
            if stands.fate in {Fate.DONE, Fate.OPEN}:
                raise ProviderRefused("This payment has been paid.")

    def hear(
        self, merchant: Merchant, call: Call, now: datetime
    ) -> Sequence[Outcome | RefundOutcome]:
        """Return what an event says that Stripe signed within five minutes, in the same mode."""
        event = _proven(merchant, call, now)
        if event.get("livemode") is not _live(merchant):
            raise BadNotice
        mine = self.merchant_id(merchant)
        if (event.get("account") or mine) != mine:
            raise BadNotice
        kind = str(event.get("type", ""))
        try:
            told, at = event["data"]["object"], datetime.fromtimestamp(int(event["created"]), UTC)
            if kind.startswith(OF_SESSIONS) and NUMBER.fullmatch(_number(told)):
                failed = kind == f"{OF_SESSIONS}async_payment_failed"
                if failed:
                    return [Outcome(_number(told), Fate.CLOSED)]
                return [self._of_session(merchant, told, at)]
            if kind in OF_REFUNDS and _refund_number(told):
                return [_refund(told)]
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
            raise BadNotice from None
        return []  # what others do with the same account

    def reply(self, *, taken: bool) -> Reply:
        """Return a status; Stripe tries for three days until it is a good one."""
        return Reply(200 if taken else 503)

    def refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Send money back; the same number never sends it twice, however late it is tried again."""
        # Stripe forgets idempotency keys after a day, so what there is is looked for first.
        stands = self.query_refund(merchant, asked)
        if stands.fate is not Fate.UNKNOWN:
            return stands
        made = Line(merchant, self.base).post(
            "/v1/refunds",
            asked.number,
            payment_intent=asked.ref,
            amount=to_stripe(asked.amount, asked.currency),
            metadata={"number": asked.number, "payment": asked.payment},
        )
        return _checked(made, asked)

    def query_refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Return how a refund stands."""
        line = Line(merchant, self.base)
        for told in line.all("/v1/refunds", PAGES, payment_intent=asked.ref):
            if _refund_number(told) == asked.number:
                return _checked(told, asked)
        return RefundOutcome(asked.number, Fate.UNKNOWN)

    def bill(self, merchant: Merchant, day: date) -> Sequence[BillLine]:
        """Return what moved on a day in UTC."""
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        span = {"gte": _seconds(begin), "lt": _seconds(begin + timedelta(days=1))}
        moved = Line(merchant, self.base).all(
            "/v1/balance_transactions", BILL_PAGES, created=span, expand=["data.source"]
        )
        try:
            return [line for told in moved for line in lines_of(told)]
        except (ValueError, TypeError, KeyError, AttributeError):
            raise odd("a bill of Stripe that cannot be read") from None

    def _session(self, line: Line, number: str) -> dict[str, Any] | None:
        """Return the session of a number, if it began within the last day."""
        since = {"gte": _seconds(clock.now() - A_DAY)}
        for session in line.all(SESSIONS, PAGES, created=since):
            if session.get("client_reference_id") == number:
                return session
        return None

    def _intent(
        self, line: Line, number: str, session: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        """Return the payment intent of a session, or the one that carries a number."""
        if session is not None:
            path = f"{INTENTS}/{session['payment_intent']}"
            return line.get(path, expand=["latest_charge"])
        if not NUMBER.fullmatch(number):
            return None
        asked = f'metadata["number"]:"{number}"'
        found = line.get(f"{INTENTS}/search", query=asked, expand=["data.latest_charge"])
        rows: list[dict[str, Any]] = [
            one for one in found["data"] if one["metadata"]["number"] == number
        ]
        rows.sort(key=lambda one: one["status"] != "succeeded")
        return rows[0] if rows else None

    def _outcome(
        self, merchant: Merchant, number: str, intent: dict[str, Any], *, going: bool
    ) -> Outcome:
        """Return a payment by its intent; `going` tells that its session takes another try."""
        if intent["metadata"].get("number") != number or intent["livemode"] is not _live(merchant):
            raise odd("Stripe tells of another payment")
        fate, mine = INTENT_FATES.get(intent["status"], Fate.OPEN), self.merchant_id(merchant)
        if intent["status"] == FAILED and not going:
            fate = Fate.CLOSED
        if fate is not Fate.DONE:
            return Outcome(number, fate, merchant=mine)
        currency = str(intent["currency"]).upper()
        charge = intent.get("latest_charge")
        moment = charge["created"] if isinstance(charge, dict) else intent["created"]
        return Outcome(
            number, fate, str(intent["id"]), from_stripe(intent["amount_received"], currency),
            currency, mine, datetime.fromtimestamp(int(moment), UTC),
        )  # fmt: skip

    def _of_session(
        self, merchant: Merchant, session: Mapping[str, Any], at: datetime | None
    ) -> Outcome:
        """Return a payment by its session; the intent is its number at Stripe."""
        number, mine = str(session["client_reference_id"]), self.merchant_id(merchant)
        if session["livemode"] is not _live(merchant):
            raise ValueError("another mode")
        if session["payment_status"] == "paid":
            currency = str(session["currency"]).upper()
            amount = from_stripe(session["amount_total"], currency)
            ref = str(session["payment_intent"])
            return Outcome(number, Fate.DONE, ref, amount, currency, mine, at)
        fate = Fate.CLOSED if session["status"] == "expired" else Fate.OPEN
        return Outcome(number, fate, merchant=mine)


def _session(asked: Asked) -> dict[str, Any]:
    """Return what a session is made of. Stripe lets one live half an hour to a day."""
    now = clock.now()
    ends = min(max(asked.expires_at, now + SOONEST), now + LATEST)
    title = " ".join(asked.title.split())[:250] or asked.number
    price = {
        "currency": asked.currency.lower(),
        "unit_amount": to_stripe(asked.amount, asked.currency),
        "product_data": {"name": title},
    }
    return {
        "mode": "payment",
        "client_reference_id": asked.number,
        "line_items": [{"quantity": 1, "price_data": price}],
        "metadata": {"number": asked.number},
        "payment_intent_data": {"metadata": {"number": asked.number}},
        "expires_at": _seconds(ends),
        "success_url": asked.return_url,
        "cancel_url": asked.return_url,
    }


def _proven(merchant: Merchant, call: Call, now: datetime) -> dict[str, Any]:
    header = call.headers.get("stripe-signature", "")
    stamp = STAMP.search(header)
    if stamp is None:
        raise BadNotice
    refuse_stale(stamp.group(1), now)
    try:
        stripe.WebhookSignature.verify_header(
            call.body.decode(), header, merchant.secrets["webhook_secret"]
        )
    except (stripe.SignatureVerificationError, ValueError, TypeError):
        raise BadNotice from None
    return notice_in(call.body)


def _checked(told: Mapping[str, Any], asked: RefundAsked) -> RefundOutcome:
    try:
        found = _refund(told)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise odd("a refund of Stripe that cannot be read") from None
    if found.number != asked.number or found.amount != asked.amount:
        raise odd("Stripe tells of another refund")
    return found


def _refund(told: Mapping[str, Any]) -> RefundOutcome:
    currency = str(told["currency"]).upper()
    fate = REFUND_FATES.get(str(told["status"]), Fate.OPEN)
    at = datetime.fromtimestamp(int(told["created"]), UTC) if fate is Fate.DONE else None
    said = str(told.get("failure_reason") or told["status"]) if fate is Fate.FAILED else ""
    amount = from_stripe(told["amount"], currency)
    return RefundOutcome(_refund_number(told), fate, str(told["id"]), amount, at, said)


def _number(session: Mapping[str, Any]) -> str:
    return str(session.get("client_reference_id") or "")


def _refund_number(told: Mapping[str, Any]) -> str:
    return str((told.get("metadata") or {}).get("number", ""))


def _live(merchant: Merchant) -> bool:
    return "_live_" in merchant.secrets["api_key"]


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
