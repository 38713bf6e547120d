"""The bill of a provider beside what is booked: nothing told twice, nothing that breaks it."""

from datetime import timedelta

import pytest

from qunluo.kernel.clock import now
from qunluo.ledger import actions, errors, queries
from qunluo.ledger.actions import Cause, Leg
from tests.ledger.makers import books, key, move, top_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """The books of a community; Mei has 100.00."""
    made = books()
    top_up(made, made.mei, 10_000)
    return made


def test_a_bill_is_compared_with_what_is_booked():
    row, entry = queries.BillRow, queries.Entry
    bill = [
        row("w1", "o1", 100, "CNY"), row("w2", "o2", 250, "CNY"), row("w3", "o3", 50, "CNY"),
        row("w4", "o1", 40, "CNY", "refund"), row("w1", "o1", 100, "CNY"),
    ]  # fmt: skip
    booked = [
        entry("o1", -100, "CNY"), entry("o2", -240, "CNY"), entry("o4", -70, "CNY"),
        entry("o1", 40, "CNY"),
    ]  # fmt: skip
    report = queries.reconcile(bill, booked)
    told = [(one.result, one.ours, one.billed, one.booked) for one in report.findings]
    assert told == [
        ("different", "o2", 250, 240), ("missing_here", "o3", 50, None),
        ("missing_there", "o4", None, 70), ("twice", "o1", 100, None),
        ("matched", "o1", 100, 100), ("matched", "o1", 40, 40),
    ]  # fmt: skip
    assert not report.clean
    assert queries.reconcile(bill[:1], booked[:1]).clean


def test_clearing_entries_carry_the_number_of_their_cause(here):
    top_up(here, here.li, 70, cause=actions.Cause("payment", "o9"))
    entries = list(queries.clearing_entries(here.community, "sandbox"))
    assert [(one.ours, one.amount) for one in entries] == [("", -10_000), ("o9", -70)]
    assert list(queries.clearing_entries(here.community, "wechat")) == []


@pytest.mark.parametrize(
    "text",
    [
        "", "theirs,ours\n1,2\n", "theirs,ours,amount,currency,kind\n1,2,x,CNY,payment\n",
        "theirs,ours,amount,currency,kind\n1,2,1.005,CNY,payment\n",
        "theirs,ours,amount,currency,kind\n1,2,5,XXQ,payment\n",
        "theirs,ours,amount,currency,kind\n1,2,NaN,CNY,payment\n",
        "theirs,ours,amount,currency,kind\n1,2,5,CNY,gift\n",
        "theirs,ours,amount,currency,kind\n1,2,-5,CNY,payment\n",
        "theirs,ours,amount,currency,kind\n1,2,1E+999999,CNY,payment\n",
        "theirs,ours,amount,currency,kind\n1,2,-1E+99999999999999999999,CNY,refund\n",
        "theirs,ours,amount,currency,kind\n1,2,1E-999999,CNY,payment\n",
        "theirs,ours,amount,currency,kind\n1,2,sNaN,CNY,refund\n",
    ],
)  # fmt: skip
def test_what_is_no_bill_is_told(text):
    with pytest.raises(errors.BadBill):
        queries.read_bill(text)


def test_a_bill_is_read_in_whole_minor_units():
    text = "\ufefftheirs,ours,amount,currency,kind\nw1,o1,-12.50,cny,refund\nw2,o2,3,JPY,\n"
    assert queries.read_bill(text) == [
        queries.BillRow("w1", "o1", 1_250, "CNY", "refund"),
        queries.BillRow("w2", "o2", 3, "JPY", "payment"),
    ]


def compared(here, bill, **when):
    entries = queries.clearing_entries(here.community, "sandbox", **when)
    report = queries.reconcile(bill, [one for one in entries if one.ours])
    return [(one.result, one.kind, one.billed, one.booked) for one in report.findings]


def test_a_corrected_payment_is_one_payment_on_the_bill(here, travel):
    row = queries.BillRow("w1", "o1", 80, "CNY")
    with travel(now()) as clock:
        since = clock.at
        paid = top_up(here, here.li, 100, cause=Cause("payment", "o1"))
        assert compared(here, [row]) == [("different", "payment", 80, 100)]
        clock.move(timedelta(days=40))
        until = clock.at
        should = [Leg(here.clearing, -80), Leg(here.li, 80)]
        actions.correct(transfer=paid, should=should, key=key())
        assert compared(here, [row]) == [("matched", "payment", 80, 80)]
        # It belongs to the month of what it corrects.
        assert compared(here, [row], since=since, until=until) == [("matched", "payment", 80, 80)]
        assert compared(here, [], since=until) == []
        actions.reverse(transfer=paid, key=key())
        assert compared(here, []) == []
        assert compared(here, [row]) == [("different", "payment", 80, 0)]


def test_a_refund_that_is_corrected_stays_a_refund(here):
    back = move(here, here.mei, here.clearing, 60, kind="refund", cause=Cause("payment", "o2"))
    actions.correct(transfer=back, should=[Leg(here.mei, -50), Leg(here.clearing, 50)], key=key())
    assert compared(here, []) == [("missing_there", "refund", None, 50)]
