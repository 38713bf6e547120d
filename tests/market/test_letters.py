"""Letters about orders: of the right refund, in the reader's language, by the community's clock."""

from datetime import UTC, datetime

import pytest

from qunluo.market import actions, reactions
from qunluo.market.events import OrderFulfilled, RefundDecided
from qunluo.market.models import Order
from qunluo.people.models import Person
from tests.market.makers import credit, events, order, product
from tests.market.stand_in import paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(monkeypatch):
    """The letters that are written, with their words."""
    written = []
    monkeypatch.setattr(
        reactions, "write_to",
        lambda person, _community, letter, *, words, **_more: written.append(
            (person, letter, words)
        ),
    )  # fmt: skip
    return written


def decided(record):
    """The event of a decided refund, as a reaction receives it."""
    told = {"community_id": record.community_id, "person_id": record.person_id, **record.data}
    return RefundDecided(**told)


def test_each_refund_is_told_with_its_own_reason(here, letters):
    made = order(here, here.mei, product(here))
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    for reason in ("A bag was torn", "The 50% that was wet"):
        actions.refund_order(actor=here.owner, order=made, amount=100, reason=reason)
    for record in events("refund_decided"):
        reactions.tell_of_refund(decided(record))
    assert [words["reason"] for *_who, words in letters] == [
        "A bag was torn", "The 50% that was wet",
    ]  # fmt: skip
    assert {person for person, *_what in letters} == {here.mei.pk}


def test_the_software_gives_its_reasons_in_the_language_of_the_buyer(paid_by_till, letters):
    here = paid_by_till
    Person.objects.filter(pk=here.mei.pk).update(language="zh-hans")
    made = order(here, here.mei, product(here))
    payment = actions.begin_payment(actor=here.mei, order=made, provider="till")
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    reactions.tell_of_refund(decided(events("refund_decided")[0]))
    assert letters[0][2]["reason"] == "订单此前已付款。"


def test_a_day_is_told_by_the_clock_of_the_community(here, letters):
    made = order(here, here.mei, product(here))
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # the 24th in Shanghai
    Order.objects.filter(pk=made.pk).update(receive_by=late)
    told = OrderFulfilled(
        community_id=here.community.pk, person_id=here.mei.pk, order_id=made.pk, method="ship"
    )
    reactions.tell_that_it_comes(told)
    assert letters[0][2]["day"].isoformat() == "2026-11-24"
