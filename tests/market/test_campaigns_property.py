"""Whatever people do, in whatever order: no seat too many, and no money lost or made."""

from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.market import actions
from qunluo.market.models import Entry, Order, Payment, Refund, Stock, Team
from qunluo.market.rules.campaigns import Asked, allot, price_at
from tests.community.makers import person
from tests.market.campaign_makers import edit, join, live, over, start
from tests.market.makers import clean, free, product
from tests.market.stand_in import paid

pytestmark = [pytest.mark.django_db, pytest.mark.req("M05")]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "pay", "leave", "edit", "wait", "sweep", "refund"]),
        st.integers(0, 4),
        st.integers(1, 4),
    ),
    min_size=5,
    max_size=25,
)


@contextmanager
def undone(here):
    """Undo an example, and turn the clock back."""
    began = now()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    here.clock.move_to(began)


@pytest.fixture
def six(paid_by_till, clock):
    """A shop, six who buy there, and a clock."""
    here = paid_by_till
    here.people = [person(f"P{n}") for n in range(5)]
    here.clock = clock
    return here


def play(here, campaign, steps, check):
    """Do what the steps say; what is refused changes nothing."""
    for act, who, number in steps:
        with suppress(DomainError):
            _act(here, campaign, act, here.people[who], number)
        check()


def _act(here, campaign, act, who, number):
    mine = Order.objects.filter(campaign=campaign, buyer=who).order_by("-pk")
    if act == "join":
        teams = list(Team.objects.filter(campaign=campaign).order_by("-pk")[:number])
        join(campaign, who, number, team=teams[-1] if teams else None, wait=True)
    elif act == "pay" and (made := mine.first()):
        # Late or not, the provider says that it was paid.
        payment = made.payments.filter(state="open").first()
        if payment is None and made.state == "placed":
            payment = actions.begin_payment(actor=who, order=made, provider="till")
        if payment:
            actions.take_outcome(merchant=here.account, outcome=paid(payment))
    elif act == "leave" and (made := mine.first()):
        actions.cancel_order(actor=who, order=made)
    elif act == "edit" and campaign.kind != "team":
        if Entry.objects.filter(campaign=campaign, person=who).exclude(state="out").exists():
            edit(campaign, who, number - 1)
    elif act == "wait":
        here.clock.move(timedelta(minutes=number * 10))
    elif act == "sweep":
        actions.expire_due_orders()
        actions.look_after_campaigns()
        actions.try_refunds()
    elif act == "refund" and (made := mine.filter(state="paid").first()):
        actions.refund_order(
            actor=here.owner, order=made, amount=made.total - made.refunded, reason="Sorry"
        )


def settled(here, campaign, stock):
    """At the end: what came in is there or went back, and what is not bought is on the shelf."""
    here.clock.move(timedelta(days=2))
    over(campaign)
    actions.expire_due_orders()
    actions.look_after_campaigns()
    actions.try_refunds()
    came = sum(Payment.objects.filter(state="paid").values_list("amount", flat=True))
    back = sum(Refund.objects.values_list("amount", flat=True))
    assert set(Refund.objects.values_list("state", flat=True)) <= {"done"}
    kept = Order.objects.filter(state__in=["fulfilled", "received", "settled"])
    bought = sum(n for one in kept for n in one.lines.values_list("quantity", flat=True))
    final = {one.variant_id: one.closed_price for one in campaign.items.all()}
    worth = sum(line.quantity * final[line.variant_id] for one in kept for line in one.lines.all())
    assert came - back == worth == free(here, "escrow") == -free(here, "clearing")
    assert not Order.objects.filter(state__in=["placed", "paid"]).exists()
    assert sum(Stock.objects.values_list("amount", flat=True)) == stock - bought
    clean(here)


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=STEPS)
def test_a_team_never_has_more_than_its_seats_and_keeps_no_money(six, steps):
    here = six
    with undone(here):
        campaign = start(here, "team", product(here, stock=20), item={"steps": [(3, 700)]})

        def check():
            for team in Team.objects.all():
                assert live(team) <= team.size
                formed = team.seats.filter(state="paid").count() == team.size
                assert (team.state == "formed") == formed

        play(here, campaign, steps, check)
        settled(here, campaign, 20)


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=STEPS)
def test_a_chain_keeps_exactly_what_was_bought_and_skips_nobody(six, steps):
    here = six
    with undone(here):
        campaign = start(here, "chain", product(here, stock=6), item={"steps": [(4, 700)]}, most=5)

        def check():
            taken = [
                n
                for one in Order.objects.filter(state__in=["placed", "paid"])
                for n in one.lines.values_list("quantity", flat=True)
            ]
            assert sum(taken) + Stock.objects.get().amount == 6

        play(here, campaign, steps, check)
        settled(here, campaign, 6)


@pytest.mark.req("K04")
@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 10)), max_size=12), st.integers(1, 12))
def test_whole_cases_come_out_and_nobody_gets_more_than_they_would_take(asked, case):
    given_out = allot([Asked(*one) for one in asked], case)
    assert sum(given_out) % case == 0
    assert all(0 <= n <= sure + more for n, (sure, more) in zip(given_out, asked, strict=True))
    assert sum(sure for sure, _more in asked) - sum(given_out) < case
    # Who came before is served before: after the first who lacks something, nobody has tolerance.
    lacks = [n < sure for n, (sure, _more) in zip(given_out, asked, strict=True)]
    if any(lacks):
        first = lacks.index(True)
        assert all(n == 0 for n in given_out[first + 1 :])


@given(st.integers(1, 1000), st.integers(0, 100))
def test_more_units_never_cost_more(price, units):
    steps = [[10, max(price - 1, 1)], [50, max(price // 2, 1)]]
    assert price_at(price, steps, units + 1) <= price_at(price, steps, units) <= price
