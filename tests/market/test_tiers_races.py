"""Two presses at once: one trial, and of two orders paid together no day is lost."""

import threading
from datetime import timedelta

import pytest

from qunluo.community.queries import had_tier, own_tiers
from qunluo.kernel.clock import now
from qunluo.market import actions, errors
from qunluo.market.models import TierTime
from tests.market.makers import credit, key, shop
from tests.market.test_tiers import gold

__all__ = ["gold"]
pytestmark = pytest.mark.req("M02")


@pytest.fixture
def here(transactional_db):
    """A shop that sells to everybody."""
    return shop()


def test_without_the_guard_both_find_no_trial(gold, race):
    meeting = threading.Barrier(2)

    def look():
        assert not had_tier(gold.community, gold.mei, "gold")
        meeting.wait(timeout=10)

    assert race(2, look).winners == 2


def test_of_two_trials_at_once_one_begins(gold, race):
    outcome = race(2, lambda: actions.try_tier(actor=gold.mei, plan=gold.plan))
    assert outcome.winners == 1
    assert [type(one) for one in outcome.errors] == [errors.NoTrial]
    assert TierTime.objects.count() == 1


def test_two_orders_paid_at_once_add_up(gold, race):
    credit(gold, gold.mei, 4_000)
    given = {"actor": gold.mei, "shop": gold.shop, "variant": gold.month.pk}
    orders = [actions.buy_tier(key=key(), **given) for _each in range(2)]
    pay = iter(orders)
    taking = threading.Lock()

    def paid():
        with taking:
            mine = next(pay)
        actions.pay_from_credit(actor=gold.mei, order=mine)

    assert race(2, paid).winners == 2
    left = own_tiers(gold.community, gold.mei)["gold"] - now()
    assert timedelta(days=60) - timedelta(seconds=30) < left <= timedelta(days=60)
