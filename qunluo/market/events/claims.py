"""What happens after a purchase: returns, complaints, disputes, invoices. Whole minor units."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ClaimMade(Event):
    """A buyer asked to return something or complained; `kind` is what is wrong."""

    name: ClassVar[str] = "market.claim_made"
    order_id: int
    claim_id: int
    sort: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class ClaimAnswered(Event):
    """The shop answered: offered something (`amount`), accepted a return, or declined it."""

    name: ClassVar[str] = "market.claim_answered"
    audit: ClassVar[bool] = True
    order_id: int
    claim_id: int
    answer: str
    amount: int = 0


@dataclass(frozen=True, kw_only=True)
class ReturnSent(Event):
    """The buyer sent back what may come back."""

    name: ClassVar[str] = "market.return_sent"
    order_id: int
    claim_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnArrived(Event):
    """What came back is with the shop; `amount` goes back to the buyer."""

    name: ClassVar[str] = "market.return_arrived"
    audit: ClassVar[bool] = True
    order_id: int
    claim_id: int
    amount: int
    restocked: bool


@dataclass(frozen=True, kw_only=True)
class ClaimDisputed(Event):
    """Somebody who did not answer has to decide: the buyer does not agree, or nobody answered."""

    name: ClassVar[str] = "market.claim_disputed"
    order_id: int
    claim_id: int
    by_time: bool = False


@dataclass(frozen=True, kw_only=True)
class DisputeDecided(Event):
    """Somebody decided a dispute, once; `amount` goes back to the buyer."""

    name: ClassVar[str] = "market.dispute_decided"
    audit: ClassVar[bool] = True
    order_id: int
    claim_id: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class ClaimEnded(Event):
    """A claim ended otherwise than by a decision: done, withdrawn or lapsed."""

    name: ClassVar[str] = "market.claim_ended"
    order_id: int
    claim_id: int
    outcome: str
    amount: int = 0
    by_time: bool = False


@dataclass(frozen=True, kw_only=True)
class GroupComplaintOpened(Event):
    """Similar complaints of so many buyers became one, and the product is not sold meanwhile."""

    name: ClassVar[str] = "market.group_complaint_opened"
    group_id: int
    product_id: int
    kind: str
    buyers: int


@dataclass(frozen=True, kw_only=True)
class GroupComplaintOverdue(Event):
    """The time for a public answer is over, and there is none."""

    name: ClassVar[str] = "market.group_complaint_overdue"
    group_id: int
    product_id: int


@dataclass(frozen=True, kw_only=True)
class GroupComplaintAnswered(Event):
    """The shop answered in public, with a remedy for every affected order."""

    name: ClassVar[str] = "market.group_complaint_answered"
    audit: ClassVar[bool] = True
    group_id: int
    product_id: int
    remedy: str
    percent: int
    affected: int


@dataclass(frozen=True, kw_only=True)
class RemedyGiven(Event):
    """An affected order has got what was published."""

    name: ClassVar[str] = "market.remedy_given"
    group_id: int
    order_id: int
    amount: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class InvoiceAsked(Event):
    """A buyer asked for an invoice, or changed what stands in it."""

    name: ClassVar[str] = "market.invoice_asked"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(Event):
    """The shop issued an invoice, or added its file."""

    name: ClassVar[str] = "market.invoice_issued"
    audit: ClassVar[bool] = True
    order_id: int


@dataclass(frozen=True, kw_only=True)
class InvoiceDeclined(Event):
    """The shop said why it cannot issue an invoice as asked for."""

    name: ClassVar[str] = "market.invoice_declined"
    audit: ClassVar[bool] = True
    order_id: int
