"""Bad days: servers are killed, the database goes away, notices come too early, clocks jump."""

import os
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count

import psycopg
import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections

from qunluo.market import actions
from qunluo.market.actions import paying
from qunluo.market.models import Order, Payment
from qunluo.market.rules.wishes import Wish
from tests.community.makers import person
from tests.market.makers import (
    VIRTUAL,
    clean,
    credit,
    events,
    free,
    left,
    order,
    product,
    shop,
    state,
    variant,
)
from tests.market.stand_in import paid
from tests.stories.conftest import address_of_database

CHECKOUTS, BUYERS, STOCK = 60, 6, 54
THREADS, EACH, TRIES = 8, 25, 1_000
CUT_EVERY = 20  # answers
STORE, WALLET = 2 * THREADS * EACH, 2 * EACH * 1_000
on_a_server = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server")


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


@contextmanager
def refusing():
    """Let the database refuse new connections; what is given is beside it and is not cut."""
    told = connection.settings_dict
    host, port, name = told["HOST"], told["PORT"] or 5432, told["NAME"]
    beside = psycopg.connect(
        host=host, port=port, user=told["USER"], password=told["PASSWORD"] or None,
        dbname="postgres", autocommit=True,
    )  # fmt: skip
    with beside:
        beside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            yield beside
        finally:
            beside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def cut(beside):
    """End every connection to the database, whatever is done on it."""
    beside.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
        [connection.settings_dict["NAME"]],
    )


def go_away():
    """Cut every connection to the database and refuse new ones for a second, as a restart does."""
    connections.close_all()
    with refusing() as beside:
        for _turn in range(10):
            cut(beside)
            beside.execute("SELECT pg_sleep(0.1)")


@pytest.mark.slow
@on_a_server
def test_everybody_is_served_once_or_not_charged_though_the_database_goes_away(storm):
    storm(go_away)


class Callers:
    """Send what they ask until it is answered. After each so many answers all connections are cut.

    The answer of that moment is lost with them: it is done, and whoever asked does not know.
    """

    def __init__(self):
        self.answers, self.lost, self.again, self.lock = count(1), 0, [], threading.Lock()

    def ask(self, act, **given):
        for _try in range(TRIES):
            try:
                told = act(**given)
                if not self._struck():
                    return told
            except (OperationalError, InterfaceError) as error:
                self.again.append(error)
            connection.close()
        raise TimeoutError

    def _struck(self):
        with self.lock:
            if next(self.answers) % CUT_EVERY:
                return False
            self.lost += 1
            with refusing() as beside:
                cut(beside)
            return True


@pytest.fixture
def cut_off(transactional_db, race):
    """Let several buy at once, every other time in one step, and be cut off again and again."""
    here = shop()
    here.rice = product(here, stock=STORE)
    here.buyers = [person(f"B{n}") for n in range(THREADS)]
    for who in here.buyers:
        credit(here, who, WALLET)
    wishes, callers = [Wish(variant(here.rice).pk, 1)], Callers()

    def check_out(act, who, key):
        given = {"shop": here.shop, "wishes": wishes, "delivery": VIRTUAL, "confirmed": True}
        made = callers.ask(lambda: act(actor=who, key=key(), **given))
        if made.state == "placed":
            callers.ask(actions.pay_from_credit, actor=who, order=made)
        return made.pk

    def run(each, key_of):
        """Return the shop, and the order that each checkout was told of."""
        told = {}

        def buy(number):
            for turn in range(each):
                act = (actions.place_order, actions.buy_from_credit)[turn % 2]
                name = f"{number}-{turn}"
                told[name] = check_out(act, here.buyers[number], partial(key_of, name))

        connections.close_all()
        assert race(THREADS, buy).errors == []
        assert len(told) == THREADS * each
        assert callers.lost, "no answer was lost"
        assert callers.again, "nobody was cut off"
        return here, told

    return run


@on_a_server
def test_without_their_keys_checkouts_that_were_cut_off_are_made_again(cut_off):
    tries = count()
    _here, told = cut_off(5, lambda name: f"{name}-{next(tries)}")
    assert Order.objects.count() > len(told)


@on_a_server
@pytest.mark.req("M01")
def test_every_key_is_one_order_paid_once_though_all_connections_are_cut_again_and_again(cut_off):
    here, told = cut_off(EACH, str)
    assert dict(Order.objects.values_list("key", "pk")) == told
    payments = Payment.objects.values_list("order", "state", "counts", "amount")
    assert sorted(payments) == sorted((pk, "paid", True, 1_000) for pk in told.values())
    assert set(Order.objects.values_list("state", flat=True)) == {"fulfilled"}
    assert len(events("order_placed")) == len(events("order_paid")) == len(told)
    assert left(here.rice) == STORE - len(told)
    assert free(here, "escrow", "credit-CNY") == len(told) * 1_000
    wallets = {free(here, "", "credit-CNY", who) for who in here.buyers}
    assert wallets == {WALLET - EACH * 1_000}
    clean(here)


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
