"""By hand: a bank transfer or cash, which somebody of the shop confirms and gives back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

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
    RefundAsked,
    RefundOutcome,
    Reply,
    Way,
)

LONGEST = 2000
PLACE = "{number}"


class Provider:
    """Tells where to pay; whether it was paid, only people know."""

    def fits(self, merchant: Merchant) -> Mapping[str, str]:
        """Return what is wrong with each setting."""
        told = merchant.settings.get("instructions", "").strip()
        if not told:
            return {"instructions": _("Write where and how to pay.")}
        return {"instructions": _("This is too long.")} if len(told) > LONGEST else {}

    def merchant_id(self, merchant: Merchant) -> str:
        """Return a word: nobody outside calls this merchant anything."""
        return "by hand"

    def create(self, merchant: Merchant, asked: Asked) -> HowToPay:
        """Tell where to pay, with the number as the reference: in its place, or at the end."""
        told = merchant.settings["instructions"].strip()
        words = told.replace(PLACE, asked.number) if PLACE in told else f"{told}\n{asked.number}"
        return HowToPay(Way.WORDS, words)

    def query(self, merchant: Merchant, number: str) -> Outcome:
        """Return that nothing is known of it."""
        return Outcome(number, Fate.OPEN)

    def close(self, merchant: Merchant, number: str) -> None:
        """Do nothing: nobody can be kept from sending money."""

    def hear(
        self, merchant: Merchant, call: Call, now: datetime
    ) -> Sequence[Outcome | RefundOutcome]:
        """Refuse: nobody sends notices. BadNotice."""
        raise BadNotice

    def reply(self, *, taken: bool) -> Reply:
        """Return a bare status."""
        return Reply(200 if taken else 503)

    def refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Say that somebody has to give it back."""
        return RefundOutcome(asked.number, Fate.BY_HAND)

    def query_refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Say that somebody has to give it back."""
        return RefundOutcome(asked.number, Fate.BY_HAND)

    def bill(self, merchant: Merchant, day: date) -> Sequence[BillLine]:
        """Return nothing; a bank's statement is another thing."""
        return []
