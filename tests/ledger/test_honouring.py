"""A payment that comes late is honoured once, when the money is there and nobody cancelled."""

from datetime import timedelta

import pytest

from qunluo.kernel.clock import now
from qunluo.ledger import actions, errors, queries
from qunluo.ledger.actions import Leg
from qunluo.ledger.models import Hold
from tests.ledger.makers import books, clean, free, key, move, top_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(travel):
    """Mei has 100.00, of which 30.00 were held until a minute ago."""
    made = books()
    top_up(made, made.mei, 10_000)
    with travel(now()) as clock:
        made.held = actions.hold(
            account=made.mei, amount=3_000, key=key(), expires_at=now() + timedelta(minutes=5)
        )
        clock.move(timedelta(minutes=6))
        yield made
        clean(made.community)


def honour(here, amount=3_000, **said):
    given = {"to": [Leg(here.sales, amount)], "key": key(), "honour": True, **said}
    return actions.capture(hold=here.held, **given)


@pytest.mark.parametrize("swept", [True, False])
def test_it_is_honoured_once_under_whatever_key(here, swept):
    assert actions.release_due_holds() == 1 if swept else True
    made = honour(here, key="late")
    assert honour(here, key="late").pk == made.pk
    for _again in range(2):
        with pytest.raises(errors.HoldResolved):
            honour(here)
    assert (free(here.mei), free(here.sales)) == (7_000, 3_000)
    assert Hold.objects.filter(state="captured").count() == 1


@pytest.mark.parametrize("swept", [True, False])
def test_it_is_refused_without_leave_to_honour(here, swept):
    assert actions.release_due_holds() == 1 if swept else True
    with pytest.raises(errors.HoldExpired):
        honour(here, honour=False)
    assert honour(here)


@pytest.mark.parametrize("swept", [True, False])
def test_who_cancels_after_the_time_is_over_is_not_charged(here, swept):
    assert actions.release_due_holds() == 1 if swept else True
    actions.release(hold=here.held, actor=here.people.mei)
    with pytest.raises(errors.HoldResolved):
        honour(here)
    assert free(here.mei) == 10_000


def test_it_is_honoured_as_far_as_the_money_is_there_and_may_be_tried_again(here):
    move(here, here.mei, here.sales, 8_000)
    with pytest.raises(errors.InsufficientFunds):
        honour(here)
    top_up(here, here.mei, 1_000)
    honour(here)
    assert free(here.mei) == 0


def test_a_part_is_honoured_and_no_more_than_was_held(here):
    actions.release_due_holds()
    with pytest.raises(errors.TooMuchCaptured):
        honour(here, amount=3_001)
    honour(here, amount=1_000)
    with pytest.raises(errors.HoldResolved):
        honour(here, amount=2_000)
    assert queries.balance(here.mei) == queries.Amounts(9_000, 0)


def test_what_is_held_for_something_else_is_not_taken(here):
    actions.hold(account=here.mei, amount=8_000, key=key())
    with pytest.raises(errors.InsufficientFunds):
        honour(here)
    honour(here, amount=2_000)
    assert free(here.mei) == 0
