"""How bookable services and bookings are shown to whoever may see them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from qunluo.api.buying import shown_order
from qunluo.api.caller import Caller
from qunluo.api.ordered import Order
from qunluo.api.shapes import Shown
from qunluo.kernel.text import _
from qunluo.market import queries

if TYPE_CHECKING:
    from qunluo.market import models as rows


class ServiceStaff(Shown):
    """Who gives a service."""

    staff_id: int
    handle: str
    name: str


class ServiceHours(ServiceStaff):
    """When somebody gives a service."""

    week: dict[str, list[list[int]]] = Field(
        description=_("Spans of minutes since midnight by weekday, Monday is 0.")
    )
    days_off: list[date]
    active: bool


class ServiceLength(Shown):
    """A length in which a service can be booked; the price is that of the product's variant."""

    variant_id: int
    name: str
    minutes: int


class BookableService(Shown):
    """How a service can be booked."""

    product_uid: str
    title: str
    seats: int
    before: int
    after: int
    notice_hours: int
    days_ahead: int
    place: str
    cancel_hours: int
    late_percent: int = Field(description=_("What comes back of a hundred when it is too late."))
    time_zone: str
    staff: list[ServiceStaff]
    lengths: list[ServiceLength]
    opinions: int
    mean: float | None = Field(description=_("The mean of the stars, from three opinions on."))
    cases: list[str]


class FreeTime(Shown):
    """A time that can be booked, and with whom."""

    starts_at: datetime
    staff_ids: list[int]


class Booking(Shown):
    """A booked time; `back` is what would come back if it were called off now."""

    order_uid: str
    state: str = Field(description=_("held, booked, done, missed or off."))
    product_uid: str
    title: str
    length: str
    starts_at: datetime
    ends_at: datetime
    staff: ServiceStaff
    place: str
    link: str = Field(description=_("For a booked time alone."))
    movable: bool
    back: int
    alone: bool = Field(
        description=_("Who would give it is gone: everything comes back to who calls it off.")
    )
    stars: int | None
    words: str
    case: str = Field(description=_("asked, granted, refused, or empty."))
    case_text: str


class BookedOrder(Shown):
    """The order that holds a time, to be paid like any other."""

    order: Order
    booking: Booking


def show_staff(one: "rows.Staff") -> dict[str, Any]:
    """Return somebody who gives a service."""
    return {"staff_id": one.pk, "handle": one.person.handle, "name": one.person.name}


def show_hours(one: "rows.Staff") -> dict[str, Any]:
    """Return when somebody gives a service."""
    return {
        **show_staff(one), "week": one.week, "days_off": one.days_off, "active": one.active,
    }  # fmt: skip


def show_service(view: queries.PlanView) -> dict[str, Any]:
    """Return how a service can be booked."""
    plan = view.plan
    names = ("seats", "before", "after", "notice_hours", "days_ahead", "place", "cancel_hours",
             "late_percent")  # fmt: skip
    return {
        "product_uid": plan.product.uid,
        "title": plan.product.title,
        **{name: getattr(plan, name) for name in names},
        "time_zone": plan.product.community.time_zone,
        "staff": [show_staff(one) for one in view.staff],
        "lengths": [
            {"variant_id": one.pk, "name": one.name, "minutes": one.minutes} for one in view.lengths
        ],
        "opinions": view.opinions,
        "mean": view.mean,
        "cases": [one.case_text for one in view.cases],
    }


def show_booking(view: queries.BookingView) -> dict[str, Any]:
    """Return a booking for its viewer; what concerns its buyer alone, to its buyer alone."""
    one, product = view.booking, view.plan.product
    return {
        "order_uid": view.order.uid,
        "state": view.state,
        "product_uid": product.uid,
        "title": product.title,
        "length": one.variant.name,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "staff": show_staff(one.staff),
        "place": view.plan.place,
        "link": view.plan.link if view.state == "booked" else "",
        "movable": view.movable,
        "back": view.back,
        "alone": view.alone,
        "stars": one.stars,
        "words": one.words,
        "case": one.case,
        "case_text": one.case_text,
    }


def show_booked(request: Caller, view: queries.BookingView) -> dict[str, Any]:
    """Return the order that holds a time, with the time."""
    return {"order": shown_order(request, view.order), "booking": show_booking(view)}
