"""Merchandise that carries a symbol: what part of its price is for whose symbol it is."""

import pytest

from qunluo.market import actions, errors, queries
from tests.market.claim_makers import complaint
from tests.market.makers import credit, order, product

pytestmark = [pytest.mark.django_db, pytest.mark.req("M21")]


def test_a_royalty_is_fixed_with_the_order_and_told_as_due_until_all_goes_back(here):
    cup = product(here, title="Cup", price=1_999, stock=None, symbol="The hare",
                  royalty_percent=10, royalty_to="Ling")  # fmt: skip
    credit(here, here.mei, 9_000)
    made = order(here, here.mei, cup, 2)
    actions.edit_product(actor=here.owner, product=cup, royalty_percent=50)
    actions.pay_from_credit(actor=here.mei, order=made)
    told = queries.finance(here.community, viewer=here.owner)
    assert told.royalties == (("Ling", "The hare", 399),)  # 10 percent of 39.98, rounded down
    actions.refund_order(actor=here.owner, order=made, amount=made.total, reason="Broken")
    assert queries.finance(here.community, viewer=here.owner).royalties == ()


def test_a_royalty_names_a_symbol_and_whom_it_is_for(here):
    for wrong in (
        {"royalty_percent": 10}, {"royalty_percent": 10, "symbol": "The hare"},
        {"royalty_percent": 51, "symbol": "The hare", "royalty_to": "Ling"},
        {"royalty_percent": -1}, {"royalty_percent": "10"},
    ):  # fmt: skip
        with pytest.raises(errors.InvalidProduct):
            product(here, title="Cup", **wrong)


def test_what_goes_back_in_part_takes_its_part_of_the_royalty_along(here):
    said = {"symbol": "The hare", "royalty_percent": 10, "royalty_to": "Ling"}
    cup = product(here, title="Cup", price=2_000, stock=None, **said)
    pot = product(here, title="Pot", price=6_000, stock=None)
    credit(here, here.mei, 20_000)
    alone, mixed = order(here, here.mei, cup), order(here, here.mei, cup, more=[(pot, 1)])
    for one in (alone, mixed):
        actions.pay_from_credit(actor=here.mei, order=one)
    assert _due(here) == 400
    actions.refund_order(actor=here.owner, order=alone, amount=500, reason="A scratch")
    assert _due(here) == 350
    actions.refund_order(actor=here.owner, order=mixed, amount=1_000, reason="Late")
    assert _due(here) == 325  # 250 of the 1,000 went back for the cup
    actions.receive_order(actor=here.mei, order=mixed)
    claim = complaint(here.mei, mixed, product=pot)
    actions.offer_remedy(actor=here.owner, claim=claim, words="Sorry", amount=3_000)
    actions.accept_offer(actor=here.mei, claim=claim)
    assert _due(here) == 310  # that was for the pot; 400 of the 1,000 by what is left of both
    actions.refund_order(actor=here.owner, order=alone, amount=1_500, reason="The rest")
    assert _due(here) == 160


def _due(here):
    return sum(amount for _to, _symbol, amount in queries.finance(
        here.community, viewer=here.owner
    ).royalties)  # fmt: skip
