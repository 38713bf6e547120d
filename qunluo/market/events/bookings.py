"""What happens with bookable services."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ServicePlanned(Event):
    """Somebody said how a service can be booked, or when somebody gives it."""

    name: ClassVar[str] = "market.service_planned"
    audit: ClassVar[bool] = True
    product_id: int


@dataclass(frozen=True, kw_only=True)
class BookingMade(Event):
    """A time is paid for."""

    name: ClassVar[str] = "market.booking_made"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class BookingMoved(Event):
    """A booking has another time, for a reason when it was not its buyer's wish."""

    name: ClassVar[str] = "market.booking_moved"
    audit: ClassVar[bool] = True
    order_id: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingCalledOff(Event):
    """A booking was called off; `amount` goes back."""

    name: ClassVar[str] = "market.booking_called_off"
    audit: ClassVar[bool] = True
    order_id: int
    amount: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingDone(Event):
    """A service was given, or who booked it did not come."""

    name: ClassVar[str] = "market.booking_done"
    audit: ClassVar[bool] = True
    order_id: int
    missed: bool = False
    by_time: bool = False


@dataclass(frozen=True, kw_only=True)
class BookingNear(Event):
    """A booked time is near."""

    name: ClassVar[str] = "market.booking_near"
    order_id: int
    hours: int


@dataclass(frozen=True, kw_only=True)
class BookingRated(Event):
    """Who booked said how content they are, 1 to 5."""

    name: ClassVar[str] = "market.booking_rated"
    order_id: int
    stars: int


@dataclass(frozen=True, kw_only=True)
class CaseAsked(Event):
    """Who gave a service would like to tell of it in public."""

    name: ClassVar[str] = "market.case_asked"
    audit: ClassVar[bool] = True
    order_id: int


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(Event):
    """Who booked allowed it, or not, or no more."""

    name: ClassVar[str] = "market.case_answered"
    order_id: int
    granted: bool
