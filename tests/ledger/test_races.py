"""Many at once: the database decides who is served, and nobody twice."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions, errors, queries
from qunluo.ledger.actions import Leg
from qunluo.ledger.models import Account, Hold, Transfer
from tests.ledger.makers import books, clean, free, key, move, top_up

MANY = 8


@pytest.fixture
def here(transactional_db):
    """The books of a community; Mei has 1.00."""
    made = books()
    top_up(made, made.mei, 100)
    return made


def kinds(outcome):
    return Counter(type(error) for error in outcome.errors)


@pytest.fixture
def naive(transactional_db):
    """A table of one balance as it is often written: read, decide, write."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_balance (id integer PRIMARY KEY, posted bigint)")
        cursor.execute("CREATE TABLE naive_posting (amount bigint)")
        cursor.execute("INSERT INTO naive_balance VALUES (1, 100)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE naive_balance")
        cursor.execute("DROP TABLE naive_posting")


def test_without_the_guard_two_spend_the_same_money(naive, race):
    meeting = threading.Barrier(2)

    def spend():
        with connection.cursor() as cursor:
            cursor.execute("SELECT posted FROM naive_balance")
            posted = cursor.fetchone()[0]
            assert posted >= 100
            meeting.wait(timeout=10)
            with write_tx():
                cursor.execute("UPDATE naive_balance SET posted = %s", [posted - 100])
                cursor.execute("INSERT INTO naive_posting VALUES (-100)")

    assert race(2, spend).winners == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(amount) FROM naive_posting")
        assert cursor.fetchone()[0] == -200


def test_money_is_spent_once(here, race):
    outcome = race(MANY, lambda: move(here, here.mei, here.sales, 100))
    assert outcome.winners == 1
    assert kinds(outcome) == {errors.InsufficientFunds: MANY - 1}
    assert (free(here.mei), free(here.sales)) == (0, 100)
    clean(here.community)


def test_even_who_does_not_look_is_stopped_by_the_database(here, race, monkeypatch):
    monkeypatch.setattr("qunluo.ledger.actions.booking.locked", lambda _draft: {})
    outcome = race(MANY, lambda: move(here, here.mei, here.sales, 60))
    assert outcome.winners == 1
    assert kinds(outcome) == {errors.InsufficientFunds: MANY - 1}
    clean(here.community)


def test_the_same_key_at_once_moves_once(here, race):
    outcome = race(MANY, lambda: move(here, here.mei, here.sales, 70, key="order:1").pk)
    assert (outcome.errors, len(set(outcome.results))) == ([], 1)
    assert free(here.mei) == 30
    assert Transfer.objects.filter(key="order:1").count() == 1


def test_the_same_key_at_once_where_nothing_is_locked(here, race):
    outcome = race(MANY, lambda: move(here, here.sales, here.fees, 70, key="order:1").pk)
    assert (outcome.errors, len(set(outcome.results))) == ([], 1)
    clean(here.community)


def test_the_same_key_with_two_bodies_at_once_moves_one_of_them(here, race):
    outcome = race(MANY, lambda n: move(here, here.sales, here.fees, 1 + n, key="order:1").pk)
    assert outcome.winners == 1
    assert kinds(outcome) == {errors.LedgerKeyReused: MANY - 1}


def test_a_key_that_is_lost_inside_a_larger_transaction_leaves_that_whole(here, race):
    def order(number):
        with write_tx():
            first = move(here, here.sales, here.fees, 70, key="order:1").pk
            move(here, here.fees, here.sales, 1, key=f"after:{number}")
            return first

    outcome = race(4, order)
    assert (outcome.errors, len(set(outcome.results))) == ([], 1)
    assert Transfer.objects.filter(key__startswith="after:").count() == 4


def test_two_holds_of_the_same_money_are_one(here, race):
    outcome = race(MANY, lambda: actions.hold(account=here.mei, amount=80, key=key()))
    assert outcome.winners == 1
    assert kinds(outcome) == {errors.InsufficientFunds: MANY - 1}
    clean(here.community)


def test_a_hold_is_captured_once(here, race):
    held = actions.hold(account=here.mei, amount=80, key=key())
    to = [Leg(here.sales, 80)]
    outcome = race(MANY, lambda: actions.capture(hold=held, to=to, key=key()))
    assert outcome.winners == 1
    assert kinds(outcome) == {errors.HoldResolved: MANY - 1}
    assert free(here.sales) == 80
    clean(here.community)


def test_the_same_capture_at_once_is_one(here, race):
    held = actions.hold(account=here.mei, amount=80, key=key())
    to = [Leg(here.sales, 80)]
    outcome = race(MANY, lambda: actions.capture(hold=held, to=to, key="capture:1").pk)
    assert (outcome.errors, len(set(outcome.results))) == ([], 1)
    assert free(here.sales) == 80


def test_capture_and_release_end_a_hold_once(here, race):
    held = actions.hold(account=here.mei, amount=80, key=key())

    def end(number):
        if number % 2:
            return actions.release(hold=held).state
        return actions.capture(hold=held, to=[Leg(here.sales, 80)], key=key()).kind

    outcome = race(MANY, end)
    assert len(set(outcome.results)) == 1
    assert set(kinds(outcome)) == {errors.HoldResolved}
    assert (
        Hold.objects.get().state
        == {"released": "released", "payment": "captured"}[outcome.results[0]]
    )
    clean(here.community)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
def test_a_sweep_at_the_same_moment_refuses_nobody(here, race):
    held = actions.hold(account=here.mei, amount=80, key=key(), expires_at=now())
    swept = threading.Event()

    def waiting():
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0]

    def act(number):
        if number:
            swept.wait(timeout=10)
            return move(here, here.mei, here.sales, 100).kind
        with write_tx():
            assert actions.release_due_holds() == 1
            swept.set()
            until = time.monotonic() + 10
            while not waiting() and time.monotonic() < until:
                pass
        return "swept"

    outcome = race(2, act)
    assert (outcome.errors, set(outcome.results)) == ([], {"swept", "payment"})
    held.refresh_from_db()
    assert (held.state, held.lapsed) == ("released", True)
    clean(here.community)


def test_a_late_payment_is_honoured_once(here, race, travel):
    held = actions.hold(
        account=here.mei, amount=40, key=key(), expires_at=now() + timedelta(minutes=1)
    )
    to = [Leg(here.sales, 40)]
    with travel(now() + timedelta(minutes=2)):
        actions.release_due_holds()
        outcome = race(MANY, lambda: actions.capture(hold=held, to=to, key=key(), honour=True))
    assert outcome.winners == 1
    assert kinds(outcome) == {errors.HoldResolved: MANY - 1}
    assert free(here.mei) == 60
    clean(here.community)


def test_money_going_round_stops_nobody(here, race):
    top_up(here, here.li, 100)
    wallets = [here.mei, here.li]

    def swap(number):
        for step in range(4):
            one, other = wallets[:: 1 if (number + step) % 2 else -1]
            move(here, one, other, 3)
        return True

    assert race(MANY, swap).errors == []
    assert free(here.mei) + free(here.li) == 200
    clean(here.community)


def test_two_corrections_at_once_correct_once(here, race):
    first = move(here, here.sales, here.fees, 70)
    outcome = race(4, lambda: actions.reverse(transfer=first, key=key()))
    assert outcome.winners == 1
    assert set(kinds(outcome)) <= {errors.CorrectedMeanwhile, errors.NothingToCorrect}
    assert (free(here.sales), free(here.fees)) == (0, 0)
    clean(here.community)


def test_an_account_is_opened_once(here, race):
    owner = here.people.owner

    def opened():
        with transaction.atomic():
            pass
        return actions.ensure_account(
            community=here.community, purpose="wallet", unit="credit-CNY", person=owner
        ).pk

    outcome = race(MANY, opened)
    assert (outcome.errors, len(set(outcome.results))) == ([], 1)
    assert Account.objects.filter(person=owner).count() == 1
    assert queries.balance(Account.objects.get(person=owner)) == queries.Amounts()
