"""Bills of providers: compared with the books each day, fees booked once, odd lines for people."""

from datetime import UTC, date, datetime, timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.market import actions, queries
from qunluo.market.models import Bill
from qunluo.market.ports import BillLine, ProviderUnreachable
from tests.market.makers import clean, events, free, order, product, shop
from tests.market.stand_in import Till, paid

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)  # noon in the zone of the till
DAY = date(2026, 6, 1)


@pytest.fixture
def billed(paid_by_till, travel):
    """Two orders paid by the till on the first of June; it is the next day, noon."""
    here = paid_by_till
    here.account.added_at = NOON - timedelta(hours=2)
    here.account.save()
    with travel(NOON) as clock:
        here.payments = []
        for _number in range(2):
            made = order(here, here.mei, product(here))
            payment = actions.begin_payment(actor=here.mei, order=made, provider="till")
            actions.take_outcome(merchant=here.account, outcome=paid(payment))
            here.payments.append(payment)
        clock.move(timedelta(days=1))
        here.clock = clock
        yield here


def line(payment, amount=None, fee=6):
    return BillLine(
        payment.number, f"T{payment.number}", payment.amount if amount is None else amount, fee,
        "CNY", NOON,
    )  # fmt: skip


def test_a_bill_that_agrees_is_kept_and_its_fees_are_booked_once(billed):
    here = billed
    here.till.bills[DAY] = [line(one) for one in here.payments]
    assert queries.due_bills() == [(here.account, DAY)]
    assert (actions.check_due_bills(), actions.check_due_bills()) == (1, 0)
    bill = Bill.objects.get()
    assert (bill.day, bill.matched, bill.differs, bill.fees) == (DAY, 2, 0, {"CNY": 12})
    assert (free(here, "fees"), free(here, "clearing")) == (-12, -1_988)
    actions.check_bill(actor=here.owner, account=here.account, day=DAY)
    assert free(here, "fees") == -12
    here.till.bills[DAY] = [line(one, fee=7) for one in here.payments]
    actions.check_bill(actor=here.owner, account=here.account, day=DAY)
    assert free(here, "fees") == -14
    assert len(events("bill_checked")) == 3
    clean(here)


def test_what_differs_is_told_line_by_line(billed):
    here = billed
    first, second = here.payments
    stray = BillLine("NOBODY1", "T9", 500, 0, "CNY", NOON)
    here.till.bills[DAY] = [line(first, amount=900), stray]
    actions.check_due_bills()
    told = {one["ours"]: one["result"] for one in Bill.objects.get().findings}
    assert told == {
        first.number: "different", "NOBODY1": "missing_here", second.number: "missing_there",
    }  # fmt: skip


def test_a_refund_stands_on_the_bill_of_its_day(billed):
    here = billed
    here.till.bills[DAY] = [line(one) for one in here.payments]
    refund = actions.refund_order(
        actor=here.owner, order=here.payments[0].order, amount=400, reason="Torn"
    )
    actions.try_refunds()
    here.clock.move(timedelta(days=1))
    back = BillLine(refund.number, "R1", -400, 0, "CNY", NOON)
    here.till.bills[DAY + timedelta(days=1)] = [back]
    assert actions.check_due_bills() == 2
    assert list(Bill.objects.order_by("day").values_list("matched", "differs")) == [(2, 0), (1, 0)]


def test_a_provider_without_an_answer_is_asked_again_for_a_week(billed):
    here = billed
    here.till.down = True
    assert actions.check_due_bills() == 0
    with pytest.raises(ProviderUnreachable):
        actions.check_bill(actor=here.owner, account=here.account, day=DAY)
    here.clock.move(timedelta(days=3))
    here.till.down = False
    assert actions.check_due_bills() == 4
    here.clock.move(timedelta(days=30))
    assert len(queries.due_bills()) == 7


def test_an_account_that_was_taken_off_is_asked_as_long_as_money_moved(billed):
    here = billed
    actions.detach_merchant(actor=here.owner, account=here.account)
    here.clock.move(timedelta(days=2))
    assert queries.due_bills() == [(here.account, DAY)]


def test_only_who_runs_the_shop_compares_and_looks(billed):
    here = billed
    with pytest.raises(PermissionMissing):
        actions.check_bill(actor=here.mei, account=here.account, day=DAY)
    with pytest.raises(PermissionMissing):
        queries.finance(here.community, viewer=here.mei)


@pytest.mark.req("T02", "M16")
def test_the_finance_page_tells_members_from_others_and_new_from_old(billed):
    here = billed
    made = order(here, here.stranger, product(here, price=3_000))
    payment = actions.begin_payment(actor=here.stranger, order=made, provider="till")
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    told = queries.finance(here.community, viewer=here.owner)
    assert (told.split.member_amount, told.split.public_amount) == (2_000, 3_000)
    assert (told.split.member_share, told.new_share) == (0.4, 1.0)
    assert ("escrow", "", "CNY", 5_000) in told.lines
    assert ("clearing", "till", "CNY", -5_000) in told.lines


def test_a_shop_without_sales_has_no_shares():
    here = shop()
    told = queries.finance(here.community, viewer=here.owner)
    assert (told.split.member_share, told.new_share, told.lines, told.bills) == (None, None, (), ())
    assert Till().bill(None, DAY) == []
