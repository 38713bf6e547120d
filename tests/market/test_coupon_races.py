"""A coupon of which there are three, wanted by twenty at once."""

import threading
from collections import Counter

import pytest

from qunluo.kernel.models import EventRecord
from qunluo.kernel.tx import write_tx
from qunluo.market import actions, errors
from qunluo.market.actions import ordering
from qunluo.market.models import Coupon, CouponCount, CouponUse, Order
from tests.community.makers import person
from tests.market.makers import left, order, product, shop
from tests.market.test_coupons import coupon

MANY, FEW = 20, 3


@pytest.fixture
def here(transactional_db):
    """A shop that sells to everybody."""
    return shop()


@pytest.fixture
def buyers(here):
    """One person after the other, to threads that ask at once."""
    waiting, lock = iter([person(f"B{n}") for n in range(MANY)]), threading.Lock()

    def following():
        with lock:
            return next(waiting)

    return following


def kinds(outcome):
    return Counter(type(error) for error in outcome.errors)


def test_without_the_guard_twenty_use_what_three_may(here, race):
    one = coupon(here, most=FEW)
    meeting = threading.Barrier(MANY)

    def use():
        row = Coupon.objects.get(pk=one.pk)
        assert row.taken < row.most
        meeting.wait(timeout=20)
        with write_tx():
            Coupon.objects.filter(pk=row.pk).update(taken=row.taken + 1)

    assert race(MANY, use).winners == MANY
    assert Coupon.objects.get().taken == 1  # and one is counted


def test_without_the_count_every_order_gets_the_coupon(here, race, buyers, monkeypatch):
    rice = product(here, stock=50)
    coupon(here, most=FEW)
    monkeypatch.setattr(ordering, "use_coupon", lambda *_a: None)
    assert race(MANY, lambda: order(here, buyers(), rice, coupon="SPRING")).winners == MANY


def test_three_of_twenty_at_once_get_it(here, race, buyers):
    rice, one = product(here, stock=50), coupon(here, most=FEW)
    outcome = race(MANY, lambda: order(here, buyers(), rice, coupon="SPRING"))
    assert (outcome.winners, kinds(outcome)) == (FEW, {errors.CouponGone: MANY - FEW})
    one.refresh_from_db()
    assert (one.taken, CouponUse.objects.count(), left(rice)) == (FEW, FEW, 50 - FEW)


def test_one_person_uses_it_as_often_as_one_may(here, race):
    rice, one = product(here, stock=50), coupon(here, most=10, most_each=2)
    outcome = race(8, lambda: order(here, here.mei, rice, coupon="SPRING"))
    assert (outcome.winners, kinds(outcome)) == (2, {errors.CouponUsed: 6})
    one.refresh_from_db()
    assert (one.taken, CouponCount.objects.get().amount, left(rice)) == (2, 2, 48)


def test_ordering_and_calling_off_at_once_wait_for_each_other_in_one_direction(here, race):
    rice = product(here, stock=500, variant={"most": 400})
    one = coupon(here, most=300, most_each=200)
    people = [here.mei, here.li]
    made = {
        who.pk: iter([order(here, who, rice, coupon="SPRING") for _n in range(12)])
        for who in people
    }
    turns, lock = iter(range(40)), threading.Lock()

    def act():
        for _again in range(10):
            with lock:
                turn = next(turns)
                who = people[turn % 4 // 2]
                mine = next(made[who.pk], None) if turn % 2 else None
            if mine:
                actions.cancel_order(actor=who, order=mine)
            else:
                order(here, who, rice, 2, coupon="SPRING")

    assert race(4, act).errors == []
    live = Order.objects.filter(state="placed", coupon_use__counts=True).count()
    one.refresh_from_db()
    counted = sum(CouponCount.objects.values_list("amount", flat=True))
    assert one.taken == live == counted


def test_who_is_given_a_coupon_twice_at_once_hears_of_it_once(here, race):
    one = coupon(here, code="")

    def give():
        return actions.give_coupon(actor=here.owner, coupon=one, people=[here.mei, here.li])

    outcome = race(6, give)
    assert sorted(outcome.results) == [0, 0, 0, 0, 0, 2]
    assert EventRecord.objects.filter(name="market.coupon_given").count() == 2
