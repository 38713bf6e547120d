"""Many at once in a campaign: seats, stock, the last payment and the end are each decided once."""

import threading
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.market import actions, errors
from qunluo.market.actions import closing, places
from qunluo.market.models import Campaign, Order, Refund, Seat, Stock, Team
from tests.community.makers import person
from tests.market.campaign_makers import (
    begin_team,
    buy,
    edit,
    join,
    live,
    numbers,
    start,
)
from tests.market.makers import attach_till, clean, credit, events, free, left, product, shop
from tests.market.stand_in import paid

MANY = 50
pytestmark = pytest.mark.req("M05")


@pytest.fixture
def here(transactional_db):
    """A shop that sells to everybody."""
    return shop()


def kinds(outcome):
    return Counter(type(error) for error in outcome.errors)


def in_turn(*acts):
    """Each runner does another one of these."""
    return lambda number: acts[number]()


def test_without_the_guard_more_sit_down_than_there_are_seats(here, race):
    campaign = start(here, "team", size=2)
    team = begin_team(here, campaign, here.mei)
    orders = [join(campaign, person(f"B{n}")).order for n in range(2)]
    meeting = threading.Barrier(2)

    def sit(number):
        """As it would be without taking the team's row, and with numbers of one's own."""
        assert live(team) == 1
        meeting.wait(timeout=10)
        with write_tx():
            Seat.objects.create(
                team=team, number=2 + number, person=orders[number].buyer, state="held",
                order=orders[number], until=now() + timedelta(hours=1), taken_at=now(),
            )  # fmt: skip

    assert race(2, sit).winners == 2
    assert live(team) == 3


def test_the_database_refuses_a_seat_twice_even_without_the_lock(here, race, monkeypatch):
    campaign = start(here, "team", size=2)
    team = begin_team(here, campaign, here.mei)
    monkeypatch.setattr(places, "held_team", lambda pk: Team.objects.get(pk=pk))
    buyers = [person(f"B{n}") for n in range(8)]
    outcome = race(8, lambda number: join(campaign, buyers[number], team=team).order.pk)
    assert (outcome.winners, live(team)) == (1, 2)


def test_the_last_seat_contested_by_fifty_is_taken_once(here, race):
    campaign = start(here, "team", product(here, stock=100), size=3)
    team = begin_team(here, campaign, here.mei)
    buy(here, campaign, here.li, team=team)
    buyers = [person(f"B{n}") for n in range(MANY)]
    outcome = race(MANY, lambda number: join(campaign, buyers[number], team=team).order.pk)
    assert (outcome.winners, live(team)) == (1, 3)
    assert kinds(outcome) == {errors.TeamFull: MANY - 1}
    assert left(campaign.product) == 97


@pytest.mark.usefixtures("till")
def test_the_last_payment_forms_the_team_once(here, race):
    account = attach_till(here)
    campaign = start(here, "team", product(here, stock=100), size=8)
    team = begin_team(here, campaign, here.mei)
    buyers = [person(f"B{n}") for n in range(7)]
    payments = [
        actions.begin_payment(
            actor=who, order=join(campaign, who, team=team).order, provider="till"
        )
        for who in buyers
    ]

    def take(number):
        # Each is told twice, at the same moment.
        outcome = paid(payments[number % 7])
        return actions.take_outcome(merchant=account, outcome=outcome).state

    outcome = race(14, take)
    assert (outcome.errors, set(outcome.results)) == ([], {"paid"})
    team.refresh_from_db()
    assert (team.state, live(team), len(events("team_formed"))) == ("formed", 8, 1)
    assert race(3, lambda: actions.look_after_campaigns()).errors == []
    assert Counter(Order.objects.values_list("state", "waits")) == {("fulfilled", False): 8}
    assert len(events("order_confirmed")) == 8
    assert free(here, "escrow") == 7 * 800
    clean(here)


def test_two_sweepers_pay_back_once(here, race):
    campaign = start(here, "team")
    team = begin_team(here, campaign, here.mei)
    buy(here, campaign, here.li, team=team)
    Team.objects.update(expires_at=now() - timedelta(seconds=1))
    assert race(4, lambda: actions.look_after_campaigns()).errors == []
    assert (Refund.objects.count(), len(events("team_failed"))) == (2, 1)
    assert free(here, "", "credit-CNY", here.mei) == 800
    assert left(campaign.product) == 10
    clean(here)


def test_without_the_check_two_sweepers_pay_back_more_often(here, race, monkeypatch):
    """A look that does not ask again once it has the row tries to pay everybody back twice."""
    campaign = start(here, "team")
    begin_team(here, campaign, here.mei)
    Team.objects.update(state="failed")
    tried, meeting = [], threading.Barrier(2)

    def settle(order):
        meeting.wait(timeout=10)
        with write_tx():
            tried.append(order.pk)
            closing._settle_one(order)
        return True

    monkeypatch.setattr(closing, "_settle", settle)
    outcome = race(2, lambda: closing.settle_waiting_orders())
    assert len(tried) == 2
    # The books still refuse the second one.
    assert kinds(outcome) in ({errors.InvalidRefund: 1}, {errors.OrderMovedOn: 1})


@pytest.mark.usefixtures("till")
def test_a_payment_and_the_end_of_the_team_lose_nothing(here, race):
    account = attach_till(here)
    for _round in range(5):
        campaign = start(here, "team", product(here), size=2)
        team = begin_team(here, campaign, here.mei)
        made = join(campaign, here.li, team=team).order
        payment = actions.begin_payment(actor=here.li, order=made, provider="till")
        outcome = race(2, in_turn(
            lambda: actions.take_outcome(merchant=account, outcome=paid(payment)),  # noqa: B023
            lambda: _end(team),  # noqa: B023
        ))  # fmt: skip
        assert outcome.errors == []
        actions.look_after_campaigns()
        actions.try_refunds()
        team.refresh_from_db()
        states = set(team.orders.exclude(state="placed").values_list("state", flat=True))
        assert states == ({"fulfilled"} if team.state == "formed" else {"refunded"})
    formed = Team.objects.filter(state="formed").count()
    assert free(here, "escrow") + free(here, "clearing") == 0
    assert free(here, "escrow") == formed * 800
    clean(here)


def _end(team):
    Team.objects.filter(pk=team.pk, state="forming").update(expires_at=now())
    actions.look_after_campaigns()


@pytest.mark.req("M06")
def test_a_drop_of_ten_is_sold_to_ten_of_fifty(here, race):
    rice = product(here, stock=12)
    campaign = start(here, "drop", rice, item={"own": 10}, most=1)
    buyers = [person(f"B{n}") for n in range(MANY)]
    outcome = race(MANY, lambda number: join(campaign, buyers[number], wait=True).order is None)
    assert outcome.errors == []
    assert Counter(outcome.results) == {False: 10, True: MANY - 10}
    assert Stock.objects.get(campaign=campaign).amount == 0
    assert numbers(campaign, "held", "waiting") == list(range(1, 51))
    assert len(events("drop_sold_out")) == 1


@pytest.mark.req("M06")
def test_two_movers_move_everybody_up_once_and_in_order(here, race):
    campaign = start(here, "drop", item={"own": 3})
    first = join(campaign, here.mei, 3).order
    for n in range(5):
        join(campaign, person(f"B{n}"), wait=True)
    actions.cancel_order(actor=here.mei, order=first)
    assert race(4, lambda: actions.look_after_campaigns()).errors == []
    assert (numbers(campaign, "held"), numbers(campaign, "waiting")) == ([2, 3, 4], [5, 6])
    assert len(events("entry_moved_up")) == 3


def test_without_the_row_an_edit_and_the_end_both_happen(here, race, monkeypatch):
    """An edit that only looks whether the campaign is open slips in behind its judgement."""
    campaign = start(here, "chain")
    buy(here, campaign, here.mei, 2)
    looked, closed = threading.Event(), threading.Event()

    @contextmanager
    def slow():
        assert Campaign.objects.get(pk=campaign.pk).state == "open"
        looked.set()
        closed.wait(timeout=10)
        yield

    def change():
        with slow():  # looks first, as one without the row would; then writes
            monkeypatch.setattr("qunluo.market.actions.editing.require_running", lambda _c: None)
            edit(campaign, here.mei, 1)

    def close():
        looked.wait(timeout=10)
        actions.close_campaign(actor=here.owner, campaign=campaign)
        closed.set()

    assert race(2, in_turn(change, close)).errors == []
    campaign.refresh_from_db()
    assert (campaign.snapshot["units"], Order.objects.get().lines.get().quantity) == (2, 1)


def test_an_edit_and_the_end_agree(here, race):
    for _round in range(5):
        campaign = start(here, "chain", product(here))
        buy(here, campaign, here.mei, 2)
        outcome = race(2, in_turn(
            lambda: edit(campaign, here.mei, 1),  # noqa: B023
            lambda: actions.close_campaign(actor=here.owner, campaign=campaign),  # noqa: B023
        ))  # fmt: skip
        assert set(kinds(outcome)) <= {errors.CampaignOver}
        campaign.refresh_from_db()
        line = Order.objects.get(campaign=campaign).lines.get()
        assert (campaign.state, campaign.snapshot["units"]) == ("closed", line.quantity)
        actions.look_after_campaigns()
    clean(here)


def test_edits_of_one_entry_at_once_leave_what_one_of_them_said(here, race):
    for _round in range(8):
        campaign = start(here, "chain", product(here, stock=20))
        buy(here, campaign, here.mei, 3)
        assert race(4, lambda number: edit(campaign, here.mei, 1 + 2 * number)).errors == []  # noqa: B023
        orders = Order.objects.filter(campaign=campaign, state__in=["placed", "paid"])
        kept = sum(one.lines.get().quantity for one in orders)
        assert kept in {1, 3, 5, 7}
        assert left(campaign.product) == 20 - kept
    clean(here)


def test_edits_of_an_entry_that_is_not_paid_leave_one_order(here, race):
    for _round in range(8):
        campaign = start(here, "chain", product(here, stock=20))
        join(campaign, here.mei, 3)
        assert race(4, lambda number: edit(campaign, here.mei, 1 + number)).errors == []  # noqa: B023
        order = Order.objects.get(campaign=campaign, state="placed")
        assert left(campaign.product) == 20 - order.lines.get().quantity


def test_one_person_has_one_line_however_often_they_tap(here, race):
    campaign = start(here, "chain", product(here, stock=20))
    outcome = race(8, lambda: join(campaign, here.mei).order.pk)
    assert (outcome.winners, left(campaign.product)) == (1, 19)
    assert kinds(outcome) == {errors.AlreadyIn: 7}


@pytest.mark.req("K05")
def test_paying_and_judging_at_once_agree(here, race):
    for _round in range(5):
        campaign = start(here, "pledge", product(here), threshold=2)
        buy(here, campaign, here.mei)
        made = join(campaign, here.li).order
        credit(here, here.li, 800)

        def end():
            Campaign.objects.filter(pk=campaign.pk).update(ends_at=now())  # noqa: B023
            actions.look_after_campaigns()

        outcome = race(2, in_turn(
            lambda: actions.pay_from_credit(actor=here.li, order=made), end,  # noqa: B023
        ))  # fmt: skip
        assert set(kinds(outcome)) <= {errors.CampaignOver, errors.OrderOver}
        actions.look_after_campaigns()
        campaign.refresh_from_db()
        both = campaign.state == "closed"
        assert campaign.snapshot["units"] == (2 if both else 1)
        kept = Order.objects.filter(campaign=campaign, state="fulfilled").count()
        assert kept == (2 if both else 0)
    clean(here)


def test_members_who_pay_and_leave_at_once_keep_the_lead_with_somebody_who_paid(here, race):
    campaign = start(here, "team", product(here, stock=20), size=5)
    team = begin_team(here, campaign, here.mei)
    orders = [join(campaign, who, team=team).order for who in (here.li, person("Wu"))]
    for one in orders:
        credit(here, one.buyer, 800)
    mine = Order.objects.get(buyer=here.mei)
    outcome = race(3, in_turn(
        lambda: actions.cancel_order(actor=here.mei, order=mine),
        lambda: actions.pay_from_credit(actor=here.li, order=orders[0]),
        lambda: actions.pay_from_credit(actor=orders[1].buyer, order=orders[1]),
    ))  # fmt: skip
    team.refresh_from_db()
    payers = set(Seat.objects.filter(team=team, state="paid").values_list("person", flat=True))
    assert set(kinds(outcome)) <= {errors.CampaignOver}
    assert team.leader_id in payers if team.state == "forming" else not payers
    actions.look_after_campaigns()
    clean(here)


def test_the_desk_and_a_payer_in_one_team_never_wait_for_each_other(here, race):
    """Both take the team before the books: the other way round PostgreSQL would end one of them."""
    for _round in range(8):
        campaign = start(here, "team", product(here, stock=20), size=5)
        team = begin_team(here, campaign, here.mei)
        buy(here, campaign, here.stranger, team=team)
        other = join(campaign, here.li, team=team).order
        credit(here, here.li, 800)
        given = {"actor": here.owner, "amount": 800, "reason": "Sorry"}
        mine = Order.objects.get(campaign=campaign, buyer=here.mei)
        outcome = race(2, in_turn(
            lambda: actions.refund_order(order=mine, **given),  # noqa: B023
            lambda: actions.pay_from_credit(actor=here.li, order=other),  # noqa: B023
        ))  # fmt: skip
        assert outcome.errors == []
        team.refresh_from_db()
        assert (team.leader_id, live(team)) == (here.stranger.pk, 2)
    clean(here)
