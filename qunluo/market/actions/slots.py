"""Taking and freeing the times of bookable services; inside a transaction.

The database decides who gets a time: a quarter of an hour of a person belongs to one session, and a
seat of a session to one booking.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from qunluo.kernel.clock import now
from qunluo.market import errors
from qunluo.market.models import Booking, BusyUnit, Session, Staff, Variant
from qunluo.market.queries.bookings import length_of
from qunluo.market.rules.bookings import unit_at

State = Booking.State
LIVE = (State.HELD, State.BOOKED)


def take_seat(staff: Staff, variant: Variant, start: datetime) -> tuple[Session, int]:
    """Take a seat, in the session that is there or in one of its own. SlotTaken."""
    session = _held(staff, variant, start) or _begun(staff, variant, start)
    taken = set(session.bookings.values_list("seat", flat=True))
    free = [seat for seat in range(1, staff.plan.seats + 1) if seat not in taken]
    if not free:
        raise errors.SlotTaken
    return session, free[0]


def free_seat(booking: Booking, state: str) -> None:
    """Give the seat of a booking to others; a session without anybody is none."""
    if booking.state not in LIVE:
        return
    session = booking.session_id
    booking.session, booking.state, booking.changed_at = None, state, now()
    booking.save(update_fields=["session", "state", "changed_at"])
    if session is not None:
        held = Session.objects.select_for_update(no_key=True).filter(pk=session).first()
        if held is not None and not held.bookings.exists():
            held.delete()


def _held(staff: Staff, variant: Variant, start: datetime) -> Session | None:
    """Return the session that is there already, with its row taken."""
    ends = start + timedelta(minutes=length_of(staff.plan, variant).minutes)  # else of an older one
    found = Session.objects.select_for_update(no_key=True).filter(ends_at=ends)
    return found.filter(person=staff.person_id, variant=variant, starts_at=start).first()


def _begun(staff: Staff, variant: Variant, start: datetime) -> Session:
    """Begin a session, or find the one that somebody began at the same moment. SlotTaken."""
    length = length_of(staff.plan, variant)
    try:
        with transaction.atomic():
            session = Session.objects.create(
                community_id=staff.plan.product.community_id,
                person_id=staff.person_id,
                variant=variant,
                starts_at=start,
                ends_at=start + timedelta(minutes=length.minutes),
            )
            BusyUnit.objects.bulk_create(
                BusyUnit(
                    session=session,
                    community_id=session.community_id,
                    person_id=session.person_id,
                    unit=unit,
                )
                for unit in length.busy(unit_at(start))
            )
    except IntegrityError:
        if begun := _held(staff, variant, start):
            return begun
        raise errors.SlotTaken from None
    return session
