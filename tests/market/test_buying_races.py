"""Buying from store credit, many at once: what there is and what one has is spent once."""

import threading
from collections import Counter

import pytest

from qunluo.ledger import errors as book_errors
from qunluo.ledger.actions import spending
from qunluo.market import actions, errors
from qunluo.market.actions import ordering
from qunluo.market.models import Order, Payment, Stock
from qunluo.market.rules.wishes import Wish
from tests.community.makers import person
from tests.market.makers import VIRTUAL, clean, credit, free, key, left, product, shop, variant

MANY = 8


@pytest.fixture
def here(transactional_db):
    """A shop that sells to everybody."""
    return shop()


def buy(here, who, made, name=None):
    """Buy one of a product."""
    return actions.buy_from_credit(
        actor=who, shop=here.shop, wishes=[Wish(variant(made).pk, 1)], delivery=VIRTUAL,
        key=name or key(), confirmed=True,
    )  # fmt: skip


def contest(here, race, made):
    """Let as many as there are buyers want one of a product."""
    buyers = [person(f"B{n}") for n in range(MANY)]
    for who in buyers:
        credit(here, who, 1_000)
    waiting, lock = iter(buyers), threading.Lock()

    def act():
        with lock:
            who = next(waiting)
        buy(here, who, made)

    return race(MANY, act)


def test_the_last_one_is_bought_and_paid_once(here, race):
    rice = product(here, stock=1)
    outcome = contest(here, race, rice)
    assert (outcome.winners, left(rice)) == (1, 0)
    assert Counter(map(type, outcome.errors)) == {errors.SoldOut: MANY - 1}
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)
    assert free(here, "escrow", "credit-CNY") == 1_000
    clean(here)


def test_without_the_guard_the_last_one_is_bought_more_often(here, race, monkeypatch):
    rice = product(here, stock=1)
    meeting = threading.Barrier(MANY)

    def unguarded(pk, quantity):
        Stock.objects.filter(pk=pk).update(amount=0)
        return True

    made = ordering.queries.quote

    def together(*args, **options):
        found = made(*args, **options)
        meeting.wait(timeout=20)
        return found

    monkeypatch.setattr(ordering.queries, "quote", together)
    monkeypatch.setattr(ordering, "take", unguarded)
    assert contest(here, race, rice).winners == MANY


def test_one_wallet_pays_for_as_many_as_it_holds(here, race):
    rice = product(here, stock=50)
    credit(here, here.mei, 2_000)
    outcome = race(MANY, lambda: buy(here, here.mei, rice))
    assert (outcome.winners, left(rice)) == (2, 48)
    assert Counter(map(type, outcome.errors)) == {book_errors.InsufficientFunds: MANY - 2}
    clean(here)


def test_without_looking_at_the_wallet_the_database_still_refuses(here, race, monkeypatch):
    rice = product(here, stock=50)
    credit(here, here.mei, 2_000)
    monkeypatch.setattr(spending, "cover", lambda *_a: None)
    assert race(MANY, lambda: buy(here, here.mei, rice)).winners == 2
    clean(here)


def test_the_same_key_sent_many_times_buys_once(here, race):
    rice = product(here, stock=5)
    credit(here, here.mei, 5_000)
    outcome = race(MANY, lambda: buy(here, here.mei, rice, "once").pk)
    assert (outcome.errors, len(set(outcome.results))) == ([], 1)
    assert (left(rice), free(here, "", "credit-CNY", here.mei)) == (4, 4_000)
    clean(here)
