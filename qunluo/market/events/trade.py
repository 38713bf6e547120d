"""What happens in the shop and with orders. Amounts are whole minor units."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ShopChanged(Event):
    """The shop was set up or its settings changed."""

    name: ClassVar[str] = "market.shop_changed"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class ShopOpened(Event):
    """The shop sells from now on; `overridden` when its trust line was not met."""

    name: ClassVar[str] = "market.shop_opened"
    audit: ClassVar[bool] = True
    audience: str
    overridden: bool = False


@dataclass(frozen=True, kw_only=True)
class ShopPaused(Event):
    """The shop sells nothing for now."""

    name: ClassVar[str] = "market.shop_paused"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class AudienceSwitched(Event):
    """The charter changed to whom the community sells."""

    name: ClassVar[str] = "market.audience_switched"
    audit: ClassVar[bool] = True
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class MerchantAttached(Event):
    """An account with a payment provider was attached, changed or taken off."""

    name: ClassVar[str] = "market.merchant_attached"
    audit: ClassVar[bool] = True
    provider: str
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class ProductAdded(Event):
    """A product was written down; it is not on sale yet."""

    name: ClassVar[str] = "market.product_added"
    audit: ClassVar[bool] = True
    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductChanged(Event):
    """What is said of a product, its variants, prices or pictures changed."""

    name: ClassVar[str] = "market.product_changed"
    audit: ClassVar[bool] = True
    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductListed(Event):
    """A product went on sale."""

    name: ClassVar[str] = "market.product_listed"
    audit: ClassVar[bool] = True
    product_id: int
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class ProductWithdrawn(Event):
    """A product is no longer on sale, for now (`state` paused) or for good (ended)."""

    name: ClassVar[str] = "market.product_withdrawn"
    audit: ClassVar[bool] = True
    product_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class StockSet(Event):
    """Somebody said how many there are."""

    name: ClassVar[str] = "market.stock_set"
    audit: ClassVar[bool] = True
    product_id: int
    variant_id: int
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """Somebody ordered something; it is set aside until the time to pay is over."""

    name: ClassVar[str] = "market.order_placed"
    order_id: int
    total: int
    currency: str
    member: bool
    source_type: str = ""
    source_id: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderPaid(Event):
    """The money is here and lies in escrow; `late` when the order had ended unpaid."""

    name: ClassVar[str] = "market.order_paid"
    order_id: int
    amount: int
    unit: str
    provider: str
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderConfirmed(Event):
    """The shop takes the order on."""

    name: ClassVar[str] = "market.order_confirmed"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderReady(Event):
    """It waits at its pick-up point."""

    name: ClassVar[str] = "market.order_ready"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderFulfilled(Event):
    """It was sent, handed over, or made readable."""

    name: ClassVar[str] = "market.order_fulfilled"
    order_id: int
    method: str


@dataclass(frozen=True, kw_only=True)
class OrderReceived(Event):
    """The buyer has it, or had time enough to say that not."""

    name: ClassVar[str] = "market.order_received"
    order_id: int
    by_time: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderSettled(Event):
    """What was paid has become the community's own."""

    name: ClassVar[str] = "market.order_settled"
    order_id: int
    amount: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """It was called off before it was paid."""

    name: ClassVar[str] = "market.order_cancelled"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderExpired(Event):
    """It was not paid in time; what was set aside is free again."""

    name: ClassVar[str] = "market.order_expired"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class RefundDecided(Event):
    """Money goes back to the buyer; `whole` when all of it does."""

    name: ClassVar[str] = "market.refund_decided"
    audit: ClassVar[bool] = True
    order_id: int
    amount: int
    unit: str
    whole: bool
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundDone(Event):
    """The money is back."""

    name: ClassVar[str] = "market.refund_done"
    order_id: int
    amount: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Event):
    """The provider will not send it back; somebody has to."""

    name: ClassVar[str] = "market.refund_failed"
    order_id: int
    amount: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class PaymentOdd(Event):
    """Money came otherwise than it was asked for; somebody has to look."""

    name: ClassVar[str] = "market.payment_odd"
    order_id: int
    amount: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class PaymentOddEnded(Event):
    """Somebody ended the case of money that came otherwise: it goes `back`, or nothing is to go."""

    name: ClassVar[str] = "market.payment_odd_ended"
    audit: ClassVar[bool] = True
    order_id: int
    back: bool


@dataclass(frozen=True, kw_only=True)
class BillChecked(Event):
    """The bill of a day was compared with the books: how much is the same, and how much differs."""

    name: ClassVar[str] = "market.bill_checked"
    audit: ClassVar[bool] = True
    provider: str
    day: date
    matched: int
    differs: int


@dataclass(frozen=True, kw_only=True)
class CreditGiven(Event):
    """Somebody who keeps the books gave store credit, with a reason."""

    name: ClassVar[str] = "market.credit_given"
    audit: ClassVar[bool] = True
    transfer_id: str
    amount: int
