"""What the market asks of those who take in money; each has a folder in providers/payments.

A provider is a class `Provider` in `providers/payments/<name>/provider.py`, and beside it a file
`definition.toml`: its `label` and `about` in both languages, its `currencies` (none named: all),
and a table for each setting of a merchant under `fields`. Nothing else has to be touched to add
one. Amounts are whole minor units, always above 0.

A provider knows nothing of orders and writes nothing: it says what its service says, and raises
one of the refusals below when the service cannot be asked. Every call may be made again with the
same numbers and must then do nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

from qunluo.kernel.errors import DomainError
from qunluo.kernel.text import _


class ProviderUnreachable(DomainError):
    """The provider could not be asked, or gave no answer in time; what became of it is not known.

    The same call with the same number is made again later.
    """

    code, status = "market.provider_unreachable", 502
    message = _("The payment service does not answer at this moment.")
    next_step = _("Nothing was lost. Try again in a minute, or choose another way to pay.")


class ProviderRefused(DomainError):
    """The provider will not do this; `said` is its own reason, for who runs the shop."""

    code, status = "market.provider_refused", 502
    message = _("The payment service refused this.")
    next_step = _("Choose another way to pay, or ask who runs the shop.")

    def __init__(self, said: str = "") -> None:
        """Take what the provider said."""
        super().__init__(said=said)
        self.said = said[:300]


class OutsideOnly(DomainError):
    """Inside the provider's own app this merchant cannot be paid: it may not ask who pays."""

    code, status = "market.outside_only", 409
    message = _("Inside this app it cannot be paid this way here.")
    next_step = _("Open the page in the browser of your phone, or choose another way to pay.")


class PayerUnknown(DomainError):
    """The provider did not say who pays: what it said was used already, too old, or not its own."""

    code, status = "market.payer_unknown", 409
    message = _("The payment service did not say who pays.")
    next_step = _("Nothing was taken. Press the button to pay once more.")


class BadNotice(DomainError):
    """A notice is not signed by the provider, is stale, or is not for this merchant."""

    code, status = "market.bad_notice", 400
    message = _("This notice does not prove where it comes from.")
    next_step = _("Send it again as it was, signed, within its time.")


@dataclass(frozen=True)
class Merchant:
    """An account with a provider, of one selling organisation: what it set, and its secrets."""

    provider: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A payment that is to be taken in.

    `number` is ours and names the payment for ever (6 to 32 letters and digits). `client` says how
    the payer comes: "phone", "web", or "wechat" (inside WeChat, then `payer` is their openid; see
    AskingWhoPays).
    `title` is plain text. `notify_url` is where notices go, `return_url` where the payer goes back.
    """

    number: str
    amount: int
    currency: str
    title: str
    expires_at: datetime
    return_url: str
    notify_url: str
    client: str = "web"
    payer: str = ""
    address: str = ""  # the payer's IP address, for services that want it


class Way(Enum):
    """How a payer goes on from here."""

    REDIRECT = "redirect"  # `value` is an address of the provider
    CODE = "code"  # `value` is what a QR code says
    SCRIPT = "script"  # `value` is JSON that the provider's own script in the page needs
    WORDS = "words"  # `value` is what the payer reads and does: a bank account, a till
    INSIDE = "inside"  # on a page of ours, such as that of the sandbox


@dataclass(frozen=True)
class HowToPay:
    """What a payer does next."""

    way: Way
    value: str = ""


class Fate(Enum):
    """How a payment or a refund stands with the provider."""

    OPEN = "open"  # nothing has happened yet, or it is being worked on
    DONE = "done"
    CLOSED = "closed"  # it can no longer be paid
    FAILED = "failed"  # a refund that will not come to pass
    UNKNOWN = "unknown"  # the provider knows no such number
    BY_HAND = "by hand"  # somebody has to do it and say so


@dataclass(frozen=True)
class Outcome:
    """How a payment stands: `ref` is the provider's number of it, `merchant` who received it.

    Amount, currency and merchant are as the provider says them, to be compared with what was
    asked. `at` is when it was paid.
    """

    number: str
    fate: Fate
    ref: str = ""
    amount: int = 0
    currency: str = ""
    merchant: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class RefundAsked:
    """A refund of a payment, whole or in part.

    `number` is the same each time it is tried.
    """

    number: str
    payment: str
    ref: str
    amount: int
    of: int  # what was paid in all
    currency: str
    reason: str
    notify_url: str


@dataclass(frozen=True)
class RefundOutcome:
    """How a refund stands; `said` is the provider's reason when it failed."""

    number: str
    fate: Fate
    ref: str = ""
    amount: int = 0
    at: datetime | None = None
    said: str = ""


@dataclass(frozen=True)
class Call:
    """A call that came from outside: its headers in small letters, and the bytes of its body."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What the provider wants to hear back."""

    status: int = 200
    body: bytes = b""
    type: str = "text/plain"


@dataclass(frozen=True)
class BillLine:
    """One line of a provider's bill: a payment (above 0) or a refund (below 0), and its fee."""

    number: str
    ref: str
    amount: int
    fee: int
    currency: str
    at: datetime


class PaymentProvider(Protocol):
    """Takes in money for a merchant; see the top of this file."""

    def fits(self, merchant: Merchant) -> Mapping[str, str]:
        """Return what is wrong with each setting, as sentences that can be translated."""

    def merchant_id(self, merchant: Merchant) -> str:
        """Return what the provider calls this merchant in its outcomes."""

    def create(self, merchant: Merchant, asked: Asked) -> HowToPay:
        """Begin a payment, or return how to go on with the one of this number."""

    def query(self, merchant: Merchant, number: str) -> Outcome:
        """Return how a payment stands."""

    def close(self, merchant: Merchant, number: str) -> None:
        """Let nobody pay it any more; closing what is closed or unknown changes nothing.

        ProviderRefused when it has been paid.
        """

    def hear(
        self, merchant: Merchant, call: Call, now: datetime
    ) -> Sequence[Outcome | RefundOutcome]:
        """Return what a notice says once it is proven to come from the provider. BadNotice."""

    def reply(self, *, taken: bool) -> Reply:
        """Return what a notice is answered with: that it was taken, or to come again."""

    def refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Send money back, or return how the refund of this number stands."""

    def query_refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Return how a refund stands."""

    def bill(self, merchant: Merchant, day: date) -> Sequence[BillLine]:
        """Return the bill of a day, in the provider's own time zone; empty when it has none."""


class Pretender(Protocol):
    """A provider behind which there is nobody: what happens is chosen on a page of ours."""

    def pretend(self, merchant: Merchant, notice: Mapping[str, Any]) -> Call:
        """Return the call by which a real service would tell of what was chosen, signed now."""


class AskingWhoPays(Protocol):
    """A provider inside whose app a payment needs to know its payer, who is sent there first."""

    def where_to_ask(self, merchant: Merchant, back: str, state: str) -> str:
        """Return where a payer goes to be known, and comes `back` from with the `state`.

        `state` is at most 32 letters and digits. OutsideOnly.
        """

    def payer(self, merchant: Merchant, told: Mapping[str, str]) -> str:
        """Return the payer, by the query with which they came back. PayerUnknown."""
