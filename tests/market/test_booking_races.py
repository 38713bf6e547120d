"""Many want the same time of the same person at once."""

import threading
from collections import Counter

import pytest

from qunluo.market import actions, errors
from qunluo.market.actions import bookings, slots
from qunluo.market.models import Booking, BusyUnit, Order, Session
from tests.community.makers import person
from tests.market.booking_makers import book, booking, day_after, paid, service
from tests.market.makers import clean, shop

pytestmark = pytest.mark.req("T09")
MANY = 8


@pytest.fixture
def here(transactional_db):
    """A shop that sells to everybody."""
    return shop()


def one_after_another(found):
    """Hand each racer one of what was found."""
    waiting, lock = iter(found), threading.Lock()

    def take():
        with lock:
            return next(waiting)

    return take


def test_without_the_units_one_person_is_in_two_places(here, race, monkeypatch):
    first = service(here)
    plans = one_after_another([first, service(here, staff=first.person, minutes=120)])
    buyers = one_after_another([here.mei, here.li])
    looked, check = threading.Barrier(2), bookings._require_free

    def meet(*given):
        check(*given)
        looked.wait(timeout=10)  # both have found it free before anybody takes it

    monkeypatch.setattr(bookings, "_require_free", meet)
    monkeypatch.setattr(slots.BusyUnit.objects, "bulk_create", lambda units: list(units))
    assert race(2, lambda: book(here, plans(), buyers())).winners == 2
    assert Booking.objects.exclude(session=None).count() == 2


def test_one_time_is_booked_once(here, race):
    plan = service(here)
    buyers = one_after_another([person(f"B{n}") for n in range(MANY)])
    outcome = race(MANY, lambda: book(here, plan, buyers()))
    assert outcome.winners == 1
    assert Counter(type(one) for one in outcome.errors) == {errors.SlotTaken: MANY - 1}
    assert (Session.objects.count(), Order.objects.count()) == (1, 1)


def test_times_that_overlap_go_to_one_of_them(here, race):
    first = service(here)
    second = service(here, staff=first.person, minutes=120)
    plans = one_after_another([first, second] * (MANY // 2))
    buyers = one_after_another([person(f"B{n}") for n in range(MANY)])
    outcome = race(MANY, lambda: book(here, plans(), buyers(), day_after(hour=10)))
    assert outcome.winners == 1
    units = list(BusyUnit.objects.values_list("unit", flat=True))
    assert len(units) == len(set(units))


def test_a_group_session_is_filled_and_no_more(here, race):
    plan = service(here, seats=3)
    buyers = one_after_another([person(f"B{n}") for n in range(MANY)])
    assert race(MANY, lambda: book(here, plan, buyers())).winners == 3
    assert sorted(Booking.objects.values_list("seat", flat=True)) == [1, 2, 3]
    assert Session.objects.count() == 1


def test_moved_to_the_same_time_at_once_one_of_them_gets_it(here, race):
    plan = service(here)
    kept = [paid(here, plan, who, day_after(hour=hour)) for who, hour in
            ((here.mei, 9), (here.li, 10))]  # fmt: skip
    turns = one_after_another(kept)

    def move():
        mine = turns()
        actions.move_booking(actor=mine.order.buyer, booking=mine, starts_at=day_after(hour=15))

    outcome = race(2, move)
    assert outcome.winners == 1
    starts = sorted(booking(one.order).starts_at for one in kept)
    assert starts[1] == day_after(hour=15)
    assert BusyUnit.objects.count() == 8  # who did not get it keeps what they had
    clean(here)


def test_called_off_and_booked_at_once_leaves_one_clean_state(here, race):
    plan = service(here)
    mine = paid(here, plan, here.mei)
    turns = one_after_another(["off", "book"])

    def act():
        if turns() == "off":
            actions.call_off(actor=here.mei, booking=mine)
        else:
            book(here, plan, here.li)

    race(2, act)
    live = Booking.objects.exclude(session=None)
    assert live.count() == Session.objects.count()
    assert live.count() <= 1
    clean(here)
