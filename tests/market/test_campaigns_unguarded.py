"""Campaigns without what decides in them: it goes wrong then, and with it it does not."""

import threading
from collections import Counter
from itertools import count

import pytest
from django.db import connection

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.market import actions, errors
from qunluo.market.actions import joining, ordering, places
from qunluo.market.models import Campaign, CampaignCount, Order, Seat, Stock, Team
from tests.community.makers import person
from tests.market.campaign_makers import begin_team, join, live, start
from tests.market.makers import clean, credit, free, left, product, shop

MANY = 6
ONE_WRITES = "SQLite lets one write at a time, whatever is left out"
pytestmark = pytest.mark.req("M05")


@pytest.fixture
def here(transactional_db):
    """A shop that sells to everybody."""
    return shop()


@pytest.fixture
def team_of_two(here):
    """A team whose leader has paid; one seat is left."""
    campaign = start(here, "team", product(here, stock=100), size=2)
    return begin_team(here, campaign, here.mei)


def kinds(outcome):
    return Counter(type(error) for error in outcome.errors)


def late_orders(here, team):
    """Orders whose seats were freed since nobody paid for them in time; their buyers can pay."""
    orders = []
    for n in range(MANY):
        orders.append(join(team.campaign, person(f"B{n}"), team=team).order)
        credit(here, orders[n].buyer, 800)
        Seat.objects.filter(order=orders[n]).update(until=now())
    with write_tx():
        places.free_overdue(places.held_team(team.pk))
    return orders


def without_rows_and_numbers(monkeypatch):
    """Let nobody take a row or a number of another's: all look for a seat, then all sit down."""
    meeting, own, save = threading.Barrier(MANY), count(100), Seat.save

    def sit(seat, **options):
        meeting.wait(timeout=20)
        seat.number = next(own)
        save(seat, **options)

    monkeypatch.setattr(places, "held_campaign", lambda pk: Campaign.objects.get(pk=pk))
    monkeypatch.setattr(places, "held_team", lambda pk: Team.objects.get(pk=pk))
    monkeypatch.setattr(Seat, "save", sit)


def all_look_first(monkeypatch, look):
    """Let all look before any of them writes; what somebody saw is theirs as `seen.it`."""
    meeting, seen, quote = threading.Barrier(MANY), threading.local(), joining.campaign_quote

    def together(*args, **options):
        made, seen.it = quote(*args, **options), look()
        meeting.wait(timeout=20)
        return made

    monkeypatch.setattr(joining, "campaign_quote", together)
    return seen


@pytest.mark.skipif(connection.vendor != "postgresql", reason=ONE_WRITES)
def test_without_the_row_and_the_numbers_six_take_the_last_seat(race, team_of_two, monkeypatch):
    buyers = [person(f"B{n}") for n in range(MANY)]
    without_rows_and_numbers(monkeypatch)
    outcome = race(MANY, lambda n: join(team_of_two.campaign, buyers[n], team=team_of_two))
    assert (outcome.errors, live(team_of_two)) == ([], 1 + MANY)


@pytest.mark.skipif(connection.vendor != "postgresql", reason=ONE_WRITES)
def test_without_the_rows_and_the_numbers_seven_pay_in_a_team_of_two(
    here, race, team_of_two, monkeypatch
):
    orders = late_orders(here, team_of_two)
    without_rows_and_numbers(monkeypatch)
    outcome = race(
        MANY, lambda n: actions.pay_from_credit(actor=orders[n].buyer, order=orders[n]).pk
    )
    assert outcome.errors == []
    assert Seat.objects.filter(team=team_of_two, state="paid").count() == 1 + MANY


def test_of_those_who_pay_late_one_gets_the_last_seat_and_nobody_else_is_charged(
    here, race, team_of_two
):
    orders = late_orders(here, team_of_two)
    outcome = race(
        MANY, lambda n: actions.pay_from_credit(actor=orders[n].buyer, order=orders[n]).pk
    )
    # Who comes once the team has formed is told that it is over.
    assert (outcome.winners, kinds(outcome)) == (1, {errors.CampaignOver: MANY - 1})
    assert Seat.objects.filter(team=team_of_two, state="paid").count() == 2
    kept = Counter(free(here, "", "credit-CNY", one.buyer) for one in orders)
    assert (kept, free(here, "escrow", "credit-CNY")) == ({0: 1, 800: MANY - 1}, 2 * 800)
    clean(here)


@pytest.mark.req("M06")
def test_without_the_condition_a_drop_of_three_is_sold_to_six(here, race, monkeypatch):
    campaign = start(here, "drop", item={"own": 3})
    buyers = [person(f"B{n}") for n in range(MANY)]
    stock = Stock.objects.filter(campaign=campaign)
    seen = all_look_first(monkeypatch, lambda: stock.get().amount)

    def take(pk, quantity):
        """As it would be by what one saw, where the one update asks and takes."""
        there = seen.it >= quantity
        return there and bool(stock.filter(pk=pk).update(amount=seen.it - quantity))

    monkeypatch.setattr(ordering, "take", take)
    outcome = race(MANY, lambda n: join(campaign, buyers[n]).order.pk)
    assert (outcome.winners, stock.get().amount) == (MANY, 2)


@pytest.mark.req("M06")
def test_a_drop_of_three_is_sold_to_three_though_all_saw_it_there(here, race, monkeypatch):
    campaign = start(here, "drop", item={"own": 3})
    buyers = [person(f"B{n}") for n in range(MANY)]
    stock = Stock.objects.filter(campaign=campaign)
    all_look_first(monkeypatch, lambda: stock.get().amount)
    outcome = race(MANY, lambda n: join(campaign, buyers[n]).order.pk)
    assert (outcome.winners, kinds(outcome)) == (3, {errors.SoldOut: MANY - 3})
    assert (stock.get().amount, Order.objects.filter(campaign=campaign).count()) == (0, 3)


def had(campaign, who):
    """How many units somebody is counted with in a campaign."""
    found = CampaignCount.objects.filter(campaign=campaign, person=who)
    return found.values_list("amount", flat=True).first() or 0


@pytest.mark.req("M06")
def test_without_the_condition_one_gets_six_where_two_are_the_limit(here, race, monkeypatch):
    campaign = start(here, "team", product(here, stock=100), most=2)
    seen = all_look_first(monkeypatch, lambda: had(campaign, here.li))

    def count_units(order, campaign, units):
        """As it would be by what one saw."""
        if seen.it + units > campaign.most:
            raise errors.TooManyForOne
        CampaignCount.objects.update_or_create(
            campaign=campaign, person=order.buyer, defaults={"amount": seen.it + units}
        )

    monkeypatch.setattr(joining, "count_units", count_units)
    outcome = race(MANY, lambda: join(campaign, here.li).order.pk)
    assert (outcome.winners, had(campaign, here.li)) == (MANY, 1)


@pytest.mark.req("M06")
def test_one_gets_two_where_two_are_the_limit_though_none_were_counted(here, race, monkeypatch):
    campaign = start(here, "team", product(here, stock=100), most=2)
    all_look_first(monkeypatch, lambda: had(campaign, here.li))
    outcome = race(MANY, lambda: join(campaign, here.li).order.pk)
    assert (outcome.winners, kinds(outcome)) == (2, {errors.TooManyForOne: MANY - 2})
    assert (had(campaign, here.li), left(campaign.product)) == (2, 98)
