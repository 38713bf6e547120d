"""Bad days: servers are killed, the database goes away, notices come too early, clocks jump."""

import os
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from qunluo.market import actions
from qunluo.market.actions import paying
from qunluo.market.models import Order, Payment
from tests.market.makers import clean, credit, free, left, order, product, state
from tests.market.stand_in import paid
from tests.stories.conftest import address_of_database

CHECKOUTS, BUYERS, STOCK = 60, 6, 54


@pytest.fixture
def storm(transactional_db, monkeypatch):
    """Let people buy from a real web server that uses the database of the tests."""
    # They need Django to be set up.
    from benchmarks.selling import Shop  # noqa: PLC0415
    from benchmarks.storm import storm  # noqa: PLC0415

    surroundings = {
        "QUNLUO_DATABASE_URL": address_of_database(),
        "QUNLUO_DATA_DIR": str(settings.DATA_DIR),
        "QUNLUO_NO_RATE_LIMITS": "1",
    }
    for name, value in surroundings.items():
        monkeypatch.setitem(os.environ, name, value)

    def run(disaster=None):
        told = storm(Shop(people=BUYERS, stock=STOCK), CHECKOUTS, kills=1, disaster=disaster)
        connections.close_all()
        assert told.faults == []
        assert (told.served, told.refused) == (STOCK, CHECKOUTS - STOCK)
        assert not any(told.wrong.values()), told.wrong
        assert told.again, "nobody noticed"

    return run


@pytest.mark.slow
def test_everybody_is_served_once_or_not_charged_though_web_and_worker_are_killed(storm):
    storm()


def go_away():
    """Cut every connection to the database and refuse new ones for a second, as a restart does."""
    told = connection.settings_dict
    host, port = told["HOST"], told["PORT"] or 5432
    name = told["NAME"]
    connections.close_all()
    beside = psycopg.connect(
        host=host, port=port, user=told["USER"], password=told["PASSWORD"] or None,
        dbname="postgres", autocommit=True,
    )  # fmt: skip
    with beside:
        beside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            for _turn in range(10):
                beside.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    [name],
                )
                beside.execute("SELECT pg_sleep(0.1)")
        finally:
            beside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server")
def test_everybody_is_served_once_or_not_charged_though_the_database_goes_away(storm):
    storm(go_away)


def test_a_notice_counts_once_whether_it_comes_before_the_answer_or_after_or_twice(paid_by_till):
    here, asked = paid_by_till, paid_by_till.till.create
    rice = product(here)

    def tell_first(merchant, wanted):
        """The provider tells of the payment before it answers to who asks for it."""
        way = asked(merchant, wanted)
        said = paid(Payment.objects.get(number=wanted.number))
        actions.take_outcome(merchant=here.account, outcome=said)
        return way

    here.till.create = tell_first
    early = order(here, here.mei, rice)
    first = actions.begin_payment(actor=here.mei, order=early, provider="till")
    here.till.create = asked
    late = order(here, here.mei, rice)
    second = actions.begin_payment(actor=here.mei, order=late, provider="till")
    here.till.state[second.number] = paid(second)
    paying.look_after(second)  # asked before it told
    for payment in (first, second, first, second):
        fresh = Payment.objects.get(pk=payment.pk)
        actions.take_outcome(merchant=here.account, outcome=paid(fresh))
    assert (state(early), state(late), free(here, "escrow")) == ("fulfilled", "fulfilled", 2_000)
    assert set(Payment.objects.values_list("state", "counts")) == {("paid", True)}
    clean(here)


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
def test_clocks_may_jump_and_everybody_still_gets_what_they_paid_for(here, clock, jump):
    rice = product(here, stock=9)
    credit(here, here.mei, 9_000)
    before = order(here, here.mei, rice)
    clock.move(jump)
    during = order(here, here.mei, rice)
    actions.pay_from_credit(actor=here.mei, order=during)
    actions.expire_due_orders()
    actions.receive_due_orders()
    actions.settle_due_orders()
    clock.move(-jump)
    after = order(here, here.mei, rice)
    actions.pay_from_credit(actor=here.mei, order=after)
    # What ran out while the clock was wrong gave back its piece; what did not can still be paid.
    if state(before) == "placed":
        actions.pay_from_credit(actor=here.mei, order=before)
    assert state(before) == ("expired" if jump > timedelta() else "fulfilled")
    actions.refund_order(actor=here.owner, order=during, amount=1_000, reason="Sorry")
    spent = Order.objects.filter(state="fulfilled").count() * 1_000
    assert free(here, "", "credit-CNY", here.mei) == 9_000 - spent
    assert left(rice) == 9 - 1 - spent // 1_000  # what was refunded is not put back by itself
    clean(here)
    clock.move(timedelta(days=40))
    actions.receive_due_orders()
    clock.move(timedelta(days=40))
    actions.settle_due_orders()
    assert set(Order.objects.values_list("state", flat=True)) <= {"settled", "expired", "refunded"}
    clean(here)
