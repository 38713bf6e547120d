"""The sandbox lets one see every way in which a payment can end, and moves no money."""

from datetime import timedelta

import pytest

from qunluo.market import actions, errors
from qunluo.market.models import Payment
from tests.market.makers import order, product, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(here, clock):
    """An order of Mei that she is about to pay in the sandbox."""
    actions.attach_merchant(
        actor=here.owner, shop=here.shop, provider="sandbox", name="",
        given={"account": "demo", "key": "0123456789abcdef"},
    )  # fmt: skip
    here.order = order(here, here.mei, product(here))
    here.payment = actions.begin_payment(actor=here.mei, order=here.order, provider="sandbox")
    return here


@pytest.mark.parametrize(
    ("wish", "ends"),
    [("pay", "fulfilled"), ("twice", "fulfilled"), ("lost", "placed"), ("refuse", "placed"),
     ("less", "placed")],
)  # fmt: skip
def test_what_is_chosen_happens(begun, wish, ends):
    actions.pretend(actor=begun.mei, payment=begun.payment, wish=wish)
    assert state(begun.order) == ends
    known = {"refuse": "closed", "less": "odd", "lost": "open"}
    assert Payment.objects.get().state == known.get(wish, "paid")


def test_a_lost_notice_is_found_by_asking(begun, clock):
    actions.pretend(actor=begun.mei, payment=begun.payment, wish="lost")
    clock.move(timedelta(minutes=2))
    actions.look_after_payments()
    assert state(begun.order) == "fulfilled"


def test_only_the_payer_chooses_and_only_what_there_is(begun):
    with pytest.raises(errors.PaymentNotFound):
        actions.pretend(actor=begun.li, payment=begun.payment, wish="pay")
    with pytest.raises(errors.UnknownProvider):
        actions.pretend(actor=begun.mei, payment=begun.payment, wish="magic")
