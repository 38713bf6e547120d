"""From paid to settled, and back: escrow, receipt, return, and refunds that end."""

from datetime import timedelta

import pytest

from qunluo.ledger.actions import Leg, Wanted, ensure_accounts, post
from qunluo.market import actions, errors, queries
from qunluo.market.models import Order, Product, Refund, Shop
from qunluo.market.ports import Fate, RefundOutcome
from qunluo.market.rules.wishes import Delivery
from tests.market.makers import SHIP, clean, credit, events, free, left, order, product, state
from tests.market.stand_in import paid

pytestmark = pytest.mark.django_db
CREDIT = "credit-CNY"


@pytest.fixture
def sent(here, clock):
    """Something bodily that Mei paid from store credit and that was sent to her."""
    here.rice = product(here, kind="physical", stock=5)
    here.order = order(here, here.mei, here.rice, 2, SHIP)
    credit(here, here.mei, 2_800)
    actions.pay_from_credit(actor=here.mei, order=here.order)
    actions.ship_order(actor=here.owner, order=here.order, carrier="SF", tracking="SF1")
    return here


def test_what_was_sent_is_received_and_settled_after_the_time_to_return(sent, clock):
    here = sent
    actions.receive_order(actor=here.mei, order=here.order)
    actions.receive_order(actor=here.mei, order=here.order)
    clock.move(timedelta(days=6, hours=23))
    assert actions.settle_due_orders() == 0
    clock.move(timedelta(hours=2))
    assert actions.settle_due_orders() == 1
    assert state(here.order) == "settled"
    assert (free(here, "escrow", CREDIT), free(here, "sales", CREDIT)) == (0, 2_800)
    assert Product.objects.get().sold == 2
    assert actions.settle_due_orders() == 0
    clean(here)


def test_who_says_nothing_has_received_after_ten_days(sent, clock):
    clock.move(timedelta(days=10, minutes=1))
    assert queries.standing_of(Order.objects.get()) == "received"
    assert actions.receive_due_orders() == 1
    assert events("order_received")[0].data["by_time"]


def test_what_cannot_be_returned_is_settled_when_it_is_there(here, clock):
    course = product(here, returnable=False, no_return="It is read at once.")
    made = order(here, here.mei, course)
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    actions.receive_order(actor=here.mei, order=made)
    assert actions.settle_due_orders() == 1


@pytest.mark.req("M22")
def test_a_pick_up_is_packed_and_handed_over_by_its_code(here):
    rice = product(here, kind="physical")
    point = actions.save_point(actor=here.owner, shop=here.shop, name="Shop", address="Here 1")
    made = order(here, here.mei, rice, delivery=Delivery("pickup", point=point.pk))
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    listed = queries.packing_list(here.community, point.pk, viewer=here.owner)
    assert queries.packed_totals(listed) == [("Rice", "", 1)]
    assert queries.todo_counts(here.community, viewer=here.owner)["pack"] == 1
    actions.mark_ready(actor=here.owner, order=made)
    actions.mark_ready(actor=here.owner, order=made)
    assert len(events("order_ready")) == 1
    with pytest.raises(errors.InvalidOrder):
        actions.hand_over(actor=here.owner, order=made, code="WRONG1")
    actions.hand_over(actor=here.owner, order=made, code=made.pickup_code.lower())
    assert state(made) == "received"
    with pytest.raises(errors.OrderMovedOn):
        actions.ship_order(actor=here.owner, order=made, carrier="SF", tracking="1")


def test_a_number_of_a_parcel_can_be_set_right(sent):
    actions.ship_order(actor=sent.owner, order=sent.order, carrier="SF", tracking="SF2")
    assert Order.objects.get().tracking == "SF2"
    assert len(events("order_fulfilled")) == 1


def test_where_somebody_looks_at_each_order_it_waits_and_can_be_called_off(here):
    Shop.objects.update(confirms=True)
    rice = product(here, stock=2)
    made = order(here, here.mei, rice)
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    assert state(made) == "paid"
    actions.cancel_order(actor=here.mei, order=made, reason="No")
    assert (state(made), left(rice)) == ("refunded", 2)
    assert free(here, "", CREDIT, here.mei) == 1_000
    again = order(here, here.mei, rice)
    actions.pay_from_credit(actor=here.mei, order=again)
    actions.confirm_order(actor=here.owner, order=again)
    assert state(again) == "fulfilled"
    with pytest.raises(errors.OrderMovedOn):
        actions.cancel_order(actor=here.mei, order=again)
    clean(here)


def test_a_part_goes_back_and_the_rest_is_settled(sent, clock):
    here = sent
    refund = {"actor": here.owner, "order": here.order, "reason": "A bag was torn"}
    actions.refund_order(**refund, amount=1_000)
    assert free(here, "", CREDIT, here.mei) == 1_000
    for amount in (0, -5, 1_801, 1.5):
        with pytest.raises(errors.InvalidRefund):
            actions.refund_order(**refund, amount=amount)
    actions.receive_order(actor=here.mei, order=here.order)
    clock.move(timedelta(days=8))
    actions.settle_due_orders()
    assert free(here, "sales", CREDIT) == 1_800
    actions.refund_order(**refund, amount=1_800)
    assert (state(here.order), free(here, "sales", CREDIT)) == ("refunded", 0)
    assert left(here.rice) == 3  # what was sent does not come back by itself
    with pytest.raises(errors.OrderMovedOn):
        actions.refund_order(**refund, amount=1)
    clean(here)


def test_what_comes_back_can_be_sold_again(sent):
    actions.refund_order(
        actor=sent.owner, order=sent.order, amount=2_800, reason="Sent back", restock=True
    )
    assert left(sent.rice) == 5


def test_nobody_refunds_their_own_order_nor_without_a_reason(here):
    made = order(here, here.owner, product(here))
    wanted = [Wanted("wallet", CREDIT, here.owner), Wanted("issued", CREDIT)]
    wallet, issued = ensure_accounts(community=here.community, wanted=wanted)
    legs = [Leg(issued, -1_000), Leg(wallet, 1_000)]
    post(community=here.community, kind="topup", legs=legs, key="t")
    actions.pay_from_credit(actor=here.owner, order=made)
    with pytest.raises(errors.OwnOrder):
        actions.refund_order(actor=here.owner, order=made, amount=1_000, reason="Mine")
    theirs = order(here, here.mei, product(here))
    with pytest.raises(errors.InvalidRefund):
        actions.refund_order(actor=here.owner, order=theirs, amount=1, reason=" ")
    with pytest.raises(Exception, match="permission"):
        actions.refund_order(actor=here.li, order=theirs, amount=1, reason="x")


@pytest.fixture
def owed(paid_by_till, clock):
    """An order paid by the till whose money is to go back."""
    here = paid_by_till
    here.order = order(here, here.mei, product(here))
    here.payment = actions.begin_payment(actor=here.mei, order=here.order, provider="till")
    actions.take_outcome(merchant=here.account, outcome=paid(here.payment))
    here.refund = actions.refund_order(
        actor=here.owner, order=here.order, amount=1_000, reason="Sorry"
    )
    return here


def test_a_refund_is_tried_under_one_number_until_it_is_done(owed, clock):
    here = owed
    here.till.down = True
    for _hour in range(3):
        actions.try_refunds()
        clock.move(timedelta(hours=1))
    assert (Refund.objects.get().state, here.till.refunds) == ("wanted", {})
    here.till.down = False
    here.till.refund_fate = Fate.OPEN
    actions.try_refunds()
    assert Refund.objects.get().state == "sent"
    assert free(here, "clearing") == -1_000
    here.till.refund_fate = Fate.DONE
    clock.move(timedelta(hours=2))
    actions.try_refunds()
    assert list(here.till.refunds) == [f"{here.payment.number}R1"]
    assert (Refund.objects.get().state, free(here, "clearing")) == ("done", 0)
    outcome = RefundOutcome(here.refund.number, Fate.DONE, amount=1_000)
    actions.take_refund_outcome(here.refund.number, outcome, merchant_id=here.account.pk)
    assert (len(events("refund_done")), free(here, "clearing")) == (1, 0)
    clean(here)


def test_a_refund_that_a_provider_refuses_waits_for_somebody(owed):
    here = owed
    here.till.refund_fate = Fate.FAILED
    actions.try_refunds()
    assert Refund.objects.get().state == "failed"
    assert queries.troubles(here.community, viewer=here.owner)[1] == [here.refund]
    actions.try_again(actor=here.owner, refund=here.refund)
    actions.try_refunds()
    assert len(events("refund_failed")) == 1 or Refund.objects.get().state == "failed"
    actions.refunded_by_hand(actor=here.owner, refund=here.refund, ref="Bank 9")
    assert (Refund.objects.get().state, free(here, "clearing")) == ("done", 0)
    clean(here)


def test_a_refund_by_hand_waits_until_somebody_says_that_it_was_made(owed):
    here = owed
    here.till.refund_fate = Fate.BY_HAND
    actions.try_refunds()
    assert Refund.objects.get().state == "by_hand"
    assert actions.try_refunds() == 0
    with pytest.raises(Exception, match="permission"):
        actions.refunded_by_hand(actor=here.li, refund=here.refund)
    actions.refunded_by_hand(actor=here.owner, refund=here.refund)
    assert Refund.objects.get().state == "done"


def test_money_on_its_way_back_keeps_an_account_from_being_erased(owed):
    told = [one.message for one in queries.blockers(owed.mei)]
    assert told == ["Money for your order {order} is still on its way back to you."]


def test_an_erased_person_leaves_numbers_and_no_name(sent):
    actions.erase(sent.mei)
    fresh = Order.objects.get()
    assert (fresh.address, fresh.note, fresh.total) == ({}, "", 2_800)
    assert len(queries.own_documents(sent.mei)["orders"]) == 1
