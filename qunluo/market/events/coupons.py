"""What happens with coupons and gift cards. Amounts are whole minor units."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CouponMade(Event):
    """A coupon can be used from its time on."""

    name: ClassVar[str] = "market.coupon_made"
    audit: ClassVar[bool] = True
    coupon_id: int


@dataclass(frozen=True, kw_only=True)
class CouponStopped(Event):
    """A coupon can be used no more; orders placed with it stand."""

    name: ClassVar[str] = "market.coupon_stopped"
    audit: ClassVar[bool] = True
    coupon_id: int


@dataclass(frozen=True, kw_only=True)
class CouponGiven(Event):
    """Somebody was given a coupon."""

    name: ClassVar[str] = "market.coupon_given"
    audit: ClassVar[bool] = True
    coupon_id: int


@dataclass(frozen=True, kw_only=True)
class CouponTaken(Event):
    """An order was placed with a coupon, or taken up again by late money."""

    name: ClassVar[str] = "market.coupon_taken"
    coupon_id: int
    order_id: int
    discount: int
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class CouponReturned(Event):
    """The coupon of an order that has ended can be used again."""

    name: ClassVar[str] = "market.coupon_returned"
    coupon_id: int
    order_id: int


@dataclass(frozen=True, kw_only=True)
class CardsSet(Event):
    """How many gift cards may be out was changed."""

    name: ClassVar[str] = "market.cards_set"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class CardsIssued(Event):
    """The gift cards of an order were made; their buyer sees the codes."""

    name: ClassVar[str] = "market.cards_issued"
    order_id: int
    count: int
    value: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class CardRedeemed(Event):
    """Somebody turned a gift card into store credit."""

    name: ClassVar[str] = "market.card_redeemed"
    card_id: int
    value: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class CardVoided(Event):
    """A gift card counts no more; what was paid for it goes back."""

    name: ClassVar[str] = "market.card_voided"
    audit: ClassVar[bool] = True
    card_id: int
    order_id: int
    value: int
