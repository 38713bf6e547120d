"""Merchandise that carries a symbol: what part of its price is for whose symbol it is."""

import pytest

from qunluo.market import actions, errors, queries
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
