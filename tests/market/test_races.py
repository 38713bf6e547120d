"""Many at once: exactly what there is gets sold, and each is charged and paid back once."""

import threading
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.market import actions, errors
from qunluo.market.actions import ordering
from qunluo.market.models import Order, OrderLine, Payment, Refund, Stock, Taken
from tests.community.makers import person
from tests.market.makers import attach_till, clean, credit, free, key, left, order, product, shop
from tests.market.stand_in import paid

MANY = 8


@pytest.fixture
def here(transactional_db):
    """A shop that sells to everybody."""
    return shop()


def kinds(outcome):
    return Counter(type(error) for error in outcome.errors)


def test_without_the_guard_more_is_sold_than_there_is(here, race):
    rice = product(here, stock=1)
    meeting = threading.Barrier(2)

    def buy():
        row = Stock.objects.get(variant__product=rice)
        assert row.amount >= 1
        meeting.wait(timeout=10)
        with write_tx():
            Stock.objects.filter(pk=row.pk).update(amount=row.amount - 1)

    assert race(2, buy).winners == 2  # two were sold, and one is counted
    assert left(rice) == 0


def test_the_last_one_is_sold_once(here, race):
    rice = product(here, stock=1)
    buyers = [person(f"B{n}") for n in range(MANY)]
    waiting = iter(buyers)
    lock = threading.Lock()

    def buy():
        with lock:
            who = next(waiting)
        order(here, who, rice)

    outcome = race(MANY, buy)
    assert (outcome.winners, left(rice)) == (1, 0)
    assert kinds(outcome) == {errors.SoldOut: MANY - 1}


def test_the_same_order_sent_many_times_is_one(here, race):
    rice = product(here, stock=5)
    outcome = race(MANY, lambda: order(here, here.mei, rice, key="once").pk)
    assert (outcome.errors, len(set(outcome.results)), left(rice)) == ([], 1, 4)


def test_one_person_gets_no_more_than_the_limit(here, race):
    rice = product(here, stock=50, variant={"most": 2})
    outcome = race(MANY, lambda: order(here, here.mei, rice))
    assert outcome.winners == 2
    assert kinds(outcome) == {errors.TooManyForOne: MANY - 2}
    assert left(rice) == 48


def test_without_the_count_one_person_takes_more(here, race, monkeypatch):
    rice = product(here, stock=50, variant={"most": 2})
    monkeypatch.setattr(ordering, "_count", lambda *_a: None)
    assert race(MANY, lambda: order(here, here.mei, rice)).winners == MANY


def test_an_order_is_paid_once_by_many_taps(here, race):
    made = order(here, here.mei, product(here))
    credit(here, here.mei, 8_000)
    outcome = race(MANY, lambda: actions.pay_from_credit(actor=here.mei, order=made))
    assert outcome.errors == []
    assert (Payment.objects.count(), free(here, "escrow", "credit-CNY")) == (1, 1_000)
    clean(here)


def test_a_notice_and_the_poll_at_once_pay_once(here, till, race):
    account = attach_till(here)
    made = order(here, here.mei, product(here))
    payment = actions.begin_payment(actor=here.mei, order=made, provider="till")
    outcome = race(MANY, lambda: actions.take_outcome(merchant=account, outcome=paid(payment)))
    assert outcome.errors == []
    assert free(here, "escrow") == 1_000
    clean(here)


def test_paying_and_expiring_at_once_end_in_one_of_both(here, race):
    rice = product(here, stock=1)
    made = order(here, here.mei, rice)
    credit(here, here.mei, 1_000)
    acts = iter([
        lambda: actions.pay_from_credit(actor=here.mei, order=made),
        lambda: actions.cancel_order(actor=here.mei, order=made),
    ])  # fmt: skip
    lock = threading.Lock()
    Order.objects.filter(pk=made.pk).update(expires_at=now() + timedelta(minutes=30))

    def act():
        with lock:
            mine = next(acts)
        mine()

    outcome = race(2, act)
    state = Order.objects.get().state
    assert outcome.winners == 1
    assert (state, left(rice)) in {("cancelled", 1), ("fulfilled", 0)}
    assert free(here, "", "credit-CNY", here.mei) == (1_000 if state == "cancelled" else 0)
    clean(here)


def test_two_workers_sweep_the_same_order_once(here, race):
    rice = product(here, stock=3)
    order(here, here.mei, rice, 3)
    Order.objects.update(expires_at=now() - timedelta(seconds=1))
    outcome = race(4, actions.expire_due_orders)
    assert (outcome.errors, sum(outcome.results), left(rice)) == ([], 1, 3)


def test_refunds_at_once_never_exceed_what_was_paid(here, race):
    made = order(here, here.mei, product(here))
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    refund = {"actor": here.owner, "order": made, "amount": 600, "reason": "Sorry"}
    outcome = race(MANY, lambda: actions.refund_order(**refund))
    assert outcome.winners == 1
    assert kinds(outcome) == {errors.InvalidRefund: MANY - 1}
    assert (Refund.objects.count(), free(here, "", "credit-CNY", here.mei)) == (1, 600)
    clean(here)


def test_settling_and_refunding_at_once_lose_nothing(here, race):
    made = order(here, here.mei, product(here))
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    actions.receive_order(actor=here.mei, order=made)
    Order.objects.update(settle_at=now() - timedelta(seconds=1))
    refund = {"actor": here.owner, "order": made, "amount": 400, "reason": "Sorry"}
    acts = iter([actions.settle_due_orders, lambda: actions.refund_order(**refund)])
    lock = threading.Lock()

    def act():
        with lock:
            mine = next(acts)
        mine()

    assert race(2, act).errors == []
    actions.settle_due_orders()
    assert free(here, "sales", "credit-CNY") == 600
    assert free(here, "escrow", "credit-CNY") == 0
    clean(here)


@pytest.mark.slow
def test_two_hundred_buyers_share_a_hundred(here, race):
    rice = product(here, stock=100)
    buyers = iter([person(f"B{n}") for n in range(200)])
    lock = threading.Lock()

    def buy():
        for _again in range(25):
            with lock:
                who = next(buyers)
            try:
                order(here, who, rice, key=key())
            except errors.SoldOut:
                missed.append(who.pk)

    missed = []
    outcome = race(8, buy)
    assert outcome.errors == []
    assert (Order.objects.count(), len(missed), left(rice)) == (100, 100, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(quantity) FROM market_orderline")
        assert cursor.fetchone()[0] == 100


def test_ordering_and_calling_off_at_once_wait_for_each_other_in_one_direction(here, race):
    rice = product(here, stock=1_000, variant={"most": 500})
    made = iter([order(here, here.mei, rice) for _n in range(60)])
    lock, turn = threading.Lock(), count()

    def act():
        for _again in range(20):
            with lock:
                off = next(turn) % 2
                mine = next(made, None) if off else None
            if mine:
                actions.cancel_order(actor=here.mei, order=mine)
            else:
                order(here, here.mei, rice, 3)

    assert race(4, act).errors == []
    stands = sum(OrderLine.objects.filter(order__state="placed").values_list("quantity", flat=True))
    assert (left(rice), Taken.objects.get().amount) == (1_000 - stands, stands)
