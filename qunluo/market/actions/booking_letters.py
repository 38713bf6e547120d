"""Letters about booked services."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from qunluo.community import queries as communities
from qunluo.community.actions import write_to
from qunluo.kernel.events import Event
from qunluo.market import events, queries
from qunluo.market.models import Booking
from qunluo.market.rules.permissions import ORDERS
from qunluo.people.queries import get_person

LETTERS = Path(__file__).parents[1] / "definitions" / "booking_letters.toml"


def tell_of_booking(event: Event) -> None:
    """Write to the buyer, and to who gives the service, what happened to a booking."""
    found = Booking.objects.select_related(
        "order__community", "order__buyer", "staff__person", "staff__plan__product"
    )
    one = found.filter(order=getattr(event, "order_id", 0)).first()
    if one is None:
        return
    buyer, giver = one.order.buyer_id, one.staff.person_id
    if isinstance(event, events.BookingMade):
        _write(one, buyer, "booking_made")
        _write(one, giver, "booking_taken", desk=True)
    elif isinstance(event, events.BookingMoved | events.BookingCalledOff):
        moved = isinstance(event, events.BookingMoved)
        letter = "booking_moved" if moved else "booking_called_off"
        for person in {buyer, giver} - {event.actor_id}:
            _write(one, person, letter, actor=event.actor_id, reason=event.reason,
                   desk=person == giver)  # fmt: skip
    elif isinstance(event, events.BookingNear):
        _write(one, buyer, "booking_near", hours=event.hours)
        _write(one, giver, "booking_near", hours=event.hours, desk=True)
    elif isinstance(event, events.BookingDone):
        _write(one, buyer, "booking_missed" if event.missed else "booking_done")
    elif isinstance(event, events.CaseAsked):
        _write(one, buyer, "case_asked")


def tell_of_absence(community_id: int, person_id: int) -> None:
    """Write to who booked with somebody who is gone, and to who looks after orders."""
    found = queries.left_behind(community_id, person_id)
    for one in found:
        _write(one, one.order.buyer_id, "booking_alone")
    if not found:
        return
    here, gone = found[0].order.community, found[0].staff.person
    words = {"staff": gone.name, "number": len(found)}
    path = f"/c/{here.slug}/bookings/day/"
    for person in communities.who_holds(here, communities.roles_with(ORDERS)):
        write_to(person.pk, here, "bookings_wait", path=path, words=words, letters=LETTERS)


def _write(
    one: Booking, person: int, letter: str, *, actor: int | None = None, desk: bool = False,
    **words: Any,
) -> None:  # fmt: skip
    order, plan = one.order, one.staff.plan
    zone = ZoneInfo(order.community.time_zone)
    day = f"{one.starts_at.astimezone(zone):%Y-%m-%d}"
    said = {
        "title": plan.product.title,
        "moment": one.starts_at.astimezone(zone),
        "staff": one.staff.person.name,
        "buyer": order.buyer.name,
        "place": plan.place,
        "actor": get_person(pk=actor).name if actor else "–",
        "day": order.receive_by.astimezone(zone).date() if order.receive_by else "",
        "reason": "",
        **words,
    }
    path = f"/c/{order.community.slug}/orders/{order.uid}/"
    if desk:
        path = f"/c/{order.community.slug}/bookings/day/?day={day}"
    write_to(person, order.community, letter, path=path, words=said, letters=LETTERS)
