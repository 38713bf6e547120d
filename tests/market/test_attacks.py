"""What a hostile buyer, operator or provider tried on the market: refused, or without harm."""

import pytest

from qunluo.market import actions, errors
from qunluo.market.models import Refund, Taken
from tests.market.makers import (
    SHIP,
    credit,
    left,
    order,
    product,
    state,
)
from tests.market.stand_in import paid

pytestmark = pytest.mark.django_db


def begin(here, made, who=None):
    """A payment by the till."""
    return actions.begin_payment(actor=who or here.mei, order=made, provider="till")


def take(here, outcome):
    """What the till says of a payment."""
    return actions.take_outcome(merchant=here.account, outcome=outcome)


def bought(here, made):
    """An order that Mei paid from credit."""
    credit(here, here.mei, made.total)
    return actions.pay_from_credit(actor=here.mei, order=made)


def test_what_comes_back_in_parts_is_put_on_sale_once(here):
    rice = product(here, kind="physical", stock=5)
    made = bought(here, order(here, here.mei, rice, 2, SHIP))
    actions.ship_order(actor=here.owner, order=made, carrier="SF", tracking="1")
    for amount in (500, 500):
        actions.refund_order(
            actor=here.owner, order=made, amount=amount, reason="Back", restock=True
        )
    actions.refund_order(
        actor=here.owner, order=made, amount=made.total - 1_000, reason="Back", restock=True
    )
    assert left(rice) == 5


def test_what_is_still_to_be_sent_is_not_put_on_sale(here):
    rice = product(here, kind="physical", stock=5)
    made = bought(here, order(here, here.mei, rice, 2, SHIP))
    with pytest.raises(errors.InvalidRefund):
        actions.refund_order(actor=here.owner, order=made, amount=1, reason="Late", restock=True)
    assert left(rice) == 3


def test_late_money_gives_nobody_more_than_the_limit(paid_by_till):
    here = paid_by_till
    rice = product(here, stock=10, variant={"most": 2})
    first = order(here, here.mei, rice, 2)
    payment = begin(here, first)
    actions.cancel_order(actor=here.mei, order=first)
    second = bought(here, order(here, here.mei, rice, 2))
    take(here, paid(payment))
    assert (state(first), state(second), left(rice)) == ("cancelled", "fulfilled", 8)
    assert Taken.objects.get().amount == 2
    assert Refund.objects.get().amount == 2_000
