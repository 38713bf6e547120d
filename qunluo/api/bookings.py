"""Booking services: when they can be had, booking, moving, calling off, and how it was."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.booked import (
    BookableService,
    BookedOrder,
    Booking,
    FreeTime,
    show_booked,
    show_booking,
    show_service,
)
from qunluo.api.buying import key_of
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST, ProductPath
from qunluo.api.ordered import OrderPath
from qunluo.api.shapes import Day, Given, Id, Instant
from qunluo.kernel.clock import now
from qunluo.kernel.text import _
from qunluo.market import actions, queries
from qunluo.market.errors import NotBookable, SlotTaken

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("bookings", "Bookings")
SERVICE = "/communities/{slug}/products/{product_uid}/service"
ONE = "/bookings/{order_uid}"


class TimesFilter(Given):
    """Which times."""

    variant_id: Id | None = Field(None, description=_("The length, the first one without."))
    staff_id: Id | None = Field(None, description=_("With one person alone."))
    first: Day | None = Field(None, description=_("From this day on, today without."))
    days: int = Field(14, ge=1, le=60)


class BookingWish(Given):
    """Which time is wanted, and with whom."""

    variant_id: Id
    staff_id: Id
    starts_at: Instant
    total: int | None = Field(
        None, ge=0, le=LARGEST, description=_("What the buyer saw; refused when it has changed.")
    )
    note: str = Field("", max_length=400)


class OtherTime(Given):
    """Another time; who gives it says why."""

    starts_at: Instant
    reason: str = Field("", max_length=400)


class BookingEnd(Given):
    """Why it is called off; who gives it has to say it."""

    reason: str = Field("", max_length=400)


class Finishing(Given):
    """How it went."""

    missed: bool = Field(default=False, description=_("Who booked did not come."))


class Contentment(Given):
    """How content somebody is."""

    stars: int = Field(ge=1, le=5)
    words: str = Field("", max_length=400)


class CaseWish(Given):
    """What would be told in public, without a name."""

    text: Annotated[str, Field(min_length=1, max_length=4_000)]


class CaseAnswer(Given):
    """Whether it may be told."""

    agree: bool


class DaysFilter(Given):
    """Which days."""

    day: Day | None = Field(None, description=_("From this day on, today without."))
    days: int = Field(7, ge=1, le=31)


@area.read(SERVICE, BookableService, scope="shop:read", public=True)
def bookable_service(request: Caller, slug: SlugPath, product_uid: ProductPath) -> dict[str, Any]:
    """Get how a service can be booked."""
    return show_service(_plan(request, slug, product_uid))


@area.read(f"{SERVICE}/times", list[FreeTime], scope="shop:read", public=True)
def free_times(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wanted: Query[TimesFilter]
) -> list[dict[str, Any]]:
    """List the times that can be booked."""
    view = _plan(request, slug, product_uid)
    found = queries.free_slots(
        view.plan, _of(view.lengths, wanted.variant_id), first=wanted.first, days=wanted.days,
        staff=wanted.staff_id,
    )  # fmt: skip
    return [
        {"starts_at": slot.starts_at, "staff_ids": [one.pk for one in slot.staff]}
        for slots in found.values()
        for slot in slots
    ]


@area.write("POST", f"{SERVICE}/bookings", BookedOrder, scope="shop:write", status=201)
def book_service(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: BookingWish
) -> Status[dict[str, Any]]:
    """Book a time."""
    view = _plan(request, slug, product_uid)
    staff = next((one for one in view.staff if one.pk == wish.staff_id), None)
    if staff is None:
        raise SlotTaken
    order = actions.book(
        actor=request.person,
        shop=queries.get_shop(view.plan.product.community),
        variant=_of(view.lengths, wish.variant_id),
        staff=staff,
        starts_at=wish.starts_at,
        key=key_of(request, view.plan.pk),
        total=wish.total,
        note=wish.note,
    )
    return Status(201, show_booked(request, queries.get_booking(order.uid, viewer=request.person)))


@area.read("/communities/{slug}/me/bookings", list[Booking], scope="shop:read")
def own_bookings(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List what one has booked."""
    community = community_of(request, slug)
    return [show_booking(one) for one in queries.own_bookings(community, viewer=request.person)]


@area.read("/communities/{slug}/bookings", list[Booking], scope="shop:read")
def booked_days(request: Caller, slug: SlugPath, wanted: Query[DaysFilter]) -> list[dict[str, Any]]:
    """List what is booked on some days."""
    community = community_of(request, slug)
    day = wanted.day or now().astimezone(ZoneInfo(community.time_zone)).date()
    found = queries.day_list(community, viewer=request.person, day=day, days=wanted.days)
    return [show_booking(one) for one in found]


@area.read(ONE, Booking, scope="shop:read")
def booking(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Get a booking."""
    return show_booking(queries.get_booking(order_uid, viewer=request.person))


@area.write("POST", f"{ONE}/move", Booking, scope="shop:write", keyed=False)
def move_booking(request: Caller, order_uid: OrderPath, wish: OtherTime) -> dict[str, Any]:
    """Take another time."""
    said = {"starts_at": wish.starts_at, "reason": wish.reason}
    return _acted(request, order_uid, actions.move_booking, **said)


@area.write("POST", f"{ONE}/call-off", Booking, scope="shop:write", keyed=False)
def call_booking_off(request: Caller, order_uid: OrderPath, wish: BookingEnd) -> dict[str, Any]:
    """Call a booking off."""
    return _acted(request, order_uid, actions.call_off, reason=wish.reason)


@area.write("POST", f"{ONE}/finish", Booking, scope="shop:write", keyed=False)
def finish_booking(request: Caller, order_uid: OrderPath, wish: Finishing) -> dict[str, Any]:
    """Say that a service was given."""
    return _acted(request, order_uid, actions.finish_booking, missed=wish.missed)


@area.write("POST", f"{ONE}/rating", Booking, scope="shop:write", keyed=False)
def rate_booking(request: Caller, order_uid: OrderPath, wish: Contentment) -> dict[str, Any]:
    """Say how content one is."""
    said = {"stars": wish.stars, "words": wish.words}
    return _acted(request, order_uid, actions.rate_booking, **said)


@area.write("POST", f"{ONE}/case", Booking, scope="shop:write", keyed=False)
def ask_for_case(request: Caller, order_uid: OrderPath, wish: CaseWish) -> dict[str, Any]:
    """Ask whether a case may be told."""
    return _acted(request, order_uid, actions.ask_for_case, text=wish.text)


@area.write("POST", f"{ONE}/case/answer", Booking, scope="shop:write", keyed=False)
def answer_case(request: Caller, order_uid: OrderPath, wish: CaseAnswer) -> dict[str, Any]:
    """Say whether a case may be told."""
    return _acted(request, order_uid, actions.answer_case, agree=wish.agree)


def _plan(request: Caller, slug: str, uid: str) -> queries.PlanView:
    community = community_of(request, slug)
    shop = queries.get_shop(community)
    buyer = queries.buyer_of(request.person, community)
    return queries.plan_view(queries.get_product(shop, uid, buyer).product)


def _of(lengths: "Sequence[rows.Variant]", pk: int | None) -> "rows.Variant":
    for one in lengths:
        if pk is None or one.pk == pk:
            return one
    raise NotBookable


def _acted(request: Caller, uid: str, act: Callable[..., object], **said: Any) -> dict[str, Any]:
    """Do something with a booking that the caller may see, and show it as it is then."""
    found = queries.get_booking(uid, viewer=request.person).booking
    act(actor=request.person, booking=found, **said)
    return show_booking(queries.get_booking(uid, viewer=request.person))
