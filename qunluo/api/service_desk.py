"""Bookable services for who runs the shop: what they are, their lengths, who gives them when."""

from datetime import date
from typing import Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.booked import (
    BookableService,
    ServiceHours,
    ServiceLength,
    show_hours,
    show_service,
)
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import Price, ProductPath
from qunluo.api.shapes import Given
from qunluo.kernel.text import _
from qunluo.market import actions, queries
from qunluo.people.queries import get_person

area = Area("service_desk", "Bookings")
SERVICE = "/communities/{slug}/products/{product_uid}/service"
Handle = Annotated[str, Path(max_length=40)]


class ServiceWish(Given):
    """A new service."""

    title: str = Field(min_length=1, max_length=80)


class PlanWish(Given):
    """How a service can be booked; what is not said stays."""

    seats: int | None = Field(None, ge=1, le=100)
    before: int | None = Field(None, ge=0, le=240)
    after: int | None = Field(None, ge=0, le=240)
    notice_hours: int | None = Field(None, ge=0, le=720)
    days_ahead: int | None = Field(None, ge=1, le=365)
    cancel_hours: int | None = Field(None, ge=0, le=720)
    late_percent: int | None = Field(None, ge=0, le=100)
    place: str | None = Field(None, max_length=200)
    link: str | None = Field(None, max_length=400)


class LengthWish(Given):
    """A length with its price in whole minor units."""

    name: str = Field("", max_length=60)
    minutes: int = Field(ge=15, le=720, description=_("Quarters of an hour."))
    price: Price


class HoursWish(Given):
    """When somebody gives a service."""

    week: dict[Annotated[str, Field(pattern=r"^[0-6]$")], list[list[int]]] = Field(
        max_length=7, description=_("Spans of minutes since midnight by weekday, Monday is 0.")
    )
    days_off: list[Annotated[date, Field(strict=False)]] = Field(
        default_factory=list, max_length=200
    )
    active: bool = True


@area.read("/communities/{slug}/shop/services", list[BookableService], scope="selling:read")
def shop_services(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the services of a shop."""
    found = queries.services(community_of(request, slug), viewer=request.person)
    return [show_service(queries.plan_view(one.product)) for one in found]


@area.write(
    "POST", "/communities/{slug}/shop/services", BookableService, scope="selling:write", status=201
)
def add_bookable_service(
    request: Caller, slug: SlugPath, wish: ServiceWish
) -> Status[dict[str, Any]]:
    """Write a service down."""
    made = actions.add_service(
        actor=request.person, community=community_of(request, slug), title=wish.title
    )
    return Status(201, show_service(queries.plan_view(made.product)))


@area.write("PATCH", f"{SERVICE}/plan", BookableService, scope="selling:write")
def plan_bookable_service(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: PlanWish
) -> dict[str, Any]:
    """Say how a service can be booked."""
    plan = queries.plan_of(community_of(request, slug), product_uid)
    said = {name: value for name, value in wish.model_dump().items() if value is not None}
    actions.save_plan(actor=request.person, plan=plan, **said)
    return show_service(queries.plan_view(plan.product))


@area.write("POST", f"{SERVICE}/lengths", ServiceLength, scope="selling:write", status=201)
def add_service_length(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: LengthWish
) -> Status[dict[str, Any]]:
    """Offer a service in one more length."""
    plan = queries.plan_of(community_of(request, slug), product_uid)
    made = actions.add_length(
        actor=request.person, product=plan.product, name=wish.name, minutes=wish.minutes,
        price=wish.price,
    )  # fmt: skip
    return Status(201, {"variant_id": made.pk, "name": made.name, "minutes": made.minutes})


@area.read(f"{SERVICE}/hours", list[ServiceHours], scope="selling:read")
def service_hours(
    request: Caller, slug: SlugPath, product_uid: ProductPath
) -> list[dict[str, Any]]:
    """List who gives a service and when."""
    plan = queries.plan_of(community_of(request, slug), product_uid)
    return [show_hours(one) for one in queries.service_staff(plan, viewer=request.person)]


@area.write("PUT", f"{SERVICE}/hours/{{handle}}", ServiceHours, scope="selling:write")
def set_service_hours(
    request: Caller, slug: SlugPath, product_uid: ProductPath, handle: Handle, wish: HoursWish
) -> dict[str, Any]:
    """Say when somebody gives a service."""
    plan = queries.plan_of(community_of(request, slug), product_uid)
    made = actions.save_staff(
        actor=request.person, plan=plan, person=get_person(handle=handle), week=wish.week,
        days_off=wish.days_off, active=wish.active,
    )  # fmt: skip
    return show_hours(made)
