"""What is sold by rules of its own: alone, and told of everything that happens to its order."""

import pytest

from qunluo.kernel.tx import write_tx
from qunluo.market import actions, errors, queries
from qunluo.market.actions import special
from qunluo.market.actions.ordering import order_of, write_order
from qunluo.market.rules.wishes import Wish
from tests.market.makers import VIRTUAL, credit, key, order, product, state, variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    """What the rules of a kind were told."""
    said = []
    rules = special.Special(
        enter=lambda order, late: said.append(("enter", late)),
        confirmed=lambda order: said.append(("confirmed",)),
        ended=lambda order: said.append(("ended",)),
        at_once=False,
    )
    monkeypatch.setitem(special.KINDS, "service", rules)
    return said


def service(here):
    """Something sold by rules of its own."""
    made = product(here, gives="service", title="An hour of advice")
    wish = [Wish(variant(made).pk, 1)]
    quote = queries.quote(here.shop, wish, VIRTUAL, viewer=here.mei, gives="service")
    asked = order_of(here.mei, quote, key(), "", "")
    with write_tx():
        write_order(asked, quote)
    return made, asked


def test_its_rules_hear_of_payment_and_of_the_end(here, told):
    _made, asked = service(here)
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=asked)
    assert told == [("enter", False), ("confirmed",)]
    assert state(asked) == "confirmed"  # nothing follows by itself
    actions.refund_order(actor=here.owner, order=asked, amount=1_000, reason="Ill")
    assert told[2:] == [("ended",)]


def test_its_rules_hear_that_it_was_called_off(here, told):
    _made, asked = service(here)
    actions.cancel_order(actor=here.mei, order=asked)
    assert told == [("ended",)]


def test_it_is_bought_by_its_own_act_alone(here, told):
    made, _asked = service(here)
    rice = product(here)
    with pytest.raises(errors.SoldApart):
        order(here, here.mei, made)
    with pytest.raises(errors.SoldApart):
        actions.put_in_cart(actor=here.mei, shop=here.shop, variant=variant(made).pk, quantity=1)
    both = [Wish(variant(made).pk, 1), Wish(variant(rice).pk, 1)]
    with pytest.raises(errors.SoldApart):
        queries.quote(here.shop, both, VIRTUAL, viewer=here.mei, gives="service")


def test_its_kind_stays_what_it_is(here, told):
    made, _asked = service(here)
    edited = actions.edit_product(actor=here.owner, product=made, kind="virtual", title="Advice")
    assert (edited.kind, edited.title) == ("service", "Advice")
    with pytest.raises(errors.InvalidProduct):
        actions.add_product(actor=here.owner, community=here.community, title="A", kind="tier")
