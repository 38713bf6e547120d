"""Paying: once, however often and in whatever order it is told; late money is never lost."""

from datetime import timedelta

import pytest

from qunluo.kernel.models import EventRecord
from qunluo.ledger.errors import InsufficientFunds
from qunluo.market import actions, errors
from qunluo.market.models import MerchantAccount, Order, Payment, ProviderNotice, Refund
from qunluo.market.ports import BadNotice, Fate, HowToPay, Outcome, ProviderUnreachable, Way
from tests.market.makers import (
    SHIP,
    attach_till,
    clean,
    credit,
    events,
    free,
    left,
    order,
    product,
    shop,
    state,
)
from tests.market.stand_in import notice, paid

pytestmark = pytest.mark.django_db


def names():
    """What was told of orders, in order."""
    told = EventRecord.objects.filter(name__startswith="market.order").order_by("pk")
    return [name.split("_")[1] for name in told.values_list("name", flat=True)]


def begin(here, made):
    return actions.begin_payment(actor=made.buyer, order=made, provider="till")


def take(here, outcome):
    return actions.take_outcome(merchant=here.account, outcome=outcome)


def test_store_credit_pays_at_once_and_lies_in_escrow(here):
    made = order(here, here.mei, product(here, kind="physical", price=1_000), delivery=SHIP)
    credit(here, here.mei, 2_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    assert state(made) == "confirmed"
    assert free(here, "escrow", "credit-CNY") == 1_800
    assert free(here, "", "credit-CNY", here.mei) == 200
    assert names() == ["placed", "paid", "confirmed"]
    actions.pay_from_credit(actor=here.mei, order=made)
    assert free(here, "escrow", "credit-CNY") == 1_800
    clean(here)


def test_who_has_too_little_keeps_it_and_the_order(here):
    made = order(here, here.mei, product(here))
    credit(here, here.mei, 999)
    with pytest.raises(InsufficientFunds):
        actions.pay_from_credit(actor=here.mei, order=made)
    assert (state(made), Payment.objects.count()) == ("placed", 0)
    with pytest.raises(errors.OrderNotFound):
        actions.pay_from_credit(actor=here.li, order=made)


def test_something_virtual_is_there_as_soon_as_it_is_paid(here):
    made = order(here, here.mei, product(here))
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    assert names() == ["placed", "paid", "confirmed", "fulfilled"]


def test_a_provider_is_asked_once_and_its_notice_pays(paid_by_till):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    payment = begin(here, made)
    assert (payment.way, payment.value) == ("code", "till://pay")
    assert begin(here, made).pk == payment.pk
    assert len(here.till.asked) == 1
    asked = here.till.asked[payment.number]
    assert (asked.amount, asked.currency) == (1_000, "CNY")
    assert asked.notify_url.endswith(f"/pay/till/{here.account.key}/")
    for _again in range(3):
        reply = actions.take_notice(account=here.account, call=notice(paid(payment)))
        assert reply.status == 200
    assert state(made) == "fulfilled"
    assert free(here, "escrow") == 1_000
    assert free(here, "clearing") == -1_000
    assert names().count("paid") == 1
    kept = ProviderNotice.objects.get()
    assert (kept.state, kept.times) == ("done", 3)
    clean(here)


def test_a_notice_that_is_not_signed_changes_nothing_and_is_not_kept(paid_by_till):
    here = paid_by_till
    payment = begin(here, order(here, here.mei, product(here)))
    with pytest.raises(BadNotice):
        actions.take_notice(account=here.account, call=notice(paid(payment), signature="no"))
    assert (ProviderNotice.objects.count(), Payment.objects.get().state) == (0, "open")


@pytest.mark.parametrize(
    "other", [{"amount": 999}, {"amount": 1_001}, {"currency": "USD"}, {"merchant": "M2"}]
)
def test_money_that_came_otherwise_waits_for_somebody_to_look(paid_by_till, other):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    take(here, paid(begin(here, made), **other))
    assert (Payment.objects.get().state, state(made)) == ("odd", "placed")
    assert free(here, "escrow") == 0
    assert len(events("payment_odd")) == 1


def test_a_payment_of_another_shop_is_not_known_here(paid_by_till):
    here, other = paid_by_till, shop()
    payment = begin(here, order(here, here.mei, product(here)))
    with pytest.raises(errors.PaymentNotFound):
        actions.take_outcome(merchant=attach_till(other), outcome=paid(payment))


def test_late_money_is_honoured_as_long_as_there_is_enough(paid_by_till, clock):
    here, made = paid_by_till, None
    rice = product(here, stock=2)
    made = order(here, here.mei, rice, 2)
    payment = begin(here, made)
    clock.move(timedelta(minutes=31))
    actions.expire_due_orders()
    assert left(rice) == 2
    take(here, paid(payment))
    assert (state(made), left(rice)) == ("fulfilled", 0)
    assert events("order_paid")[0].data["late"]
    clean(here)


@pytest.mark.parametrize("ended", ["expired", "cancelled"])
def test_late_money_for_what_is_gone_goes_back_whole(paid_by_till, clock, ended):
    here = paid_by_till
    rice = product(here, stock=2)
    made = order(here, here.mei, rice, 2)
    payment = begin(here, made)
    if ended == "cancelled":
        actions.cancel_order(actor=here.mei, order=made)
    clock.move(timedelta(minutes=31))
    actions.expire_due_orders()
    order(here, here.li, rice, 1)
    take(here, paid(payment))
    assert (state(made), left(rice)) == (ended, 1)
    assert actions.try_refunds() == 1
    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.number) == ("done", 2_000, f"{payment.number}R1")
    assert (free(here, "escrow"), free(here, "clearing")) == (0, 0)
    clean(here)


def test_money_before_the_sweeper_came_still_pays_the_order(paid_by_till, clock):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    payment = begin(here, made)
    clock.move(timedelta(hours=2))
    take(here, paid(payment))
    assert state(made) == "fulfilled"


def test_a_second_payment_for_one_order_goes_back(paid_by_till):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    payment = begin(here, made)
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    take(here, paid(payment))
    actions.try_refunds()
    assert Refund.objects.get().payment == payment
    fresh = Order.objects.get()
    assert (fresh.state, fresh.refunded, fresh.escrow) == ("fulfilled", 0, 1_000)
    assert (free(here, "clearing"), free(here, "escrow", "credit-CNY")) == (0, 1_000)
    clean(here)


def test_polling_finds_what_a_lost_notice_missed(paid_by_till, clock):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    payment = begin(here, made)
    here.till.state[payment.number] = paid(payment)
    assert actions.look_after_payments() == 0
    clock.move(timedelta(minutes=2))
    assert actions.look_after_payments() == 1
    assert state(made) == "fulfilled"


def test_what_nobody_paid_is_closed_with_the_provider(paid_by_till, clock):
    here = paid_by_till
    payment = begin(here, order(here, here.mei, product(here)))
    clock.move(timedelta(minutes=36))
    actions.look_after_payments()
    assert here.till.closed == [payment.number]
    assert Payment.objects.get().state == "closed"


def test_a_provider_that_is_down_for_an_hour_is_asked_again(paid_by_till, clock):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    here.till.down = True
    with pytest.raises(ProviderUnreachable):
        begin(here, made)
    assert Payment.objects.get().way == ""
    here.till.down = False
    payment = begin(here, made)
    assert Payment.objects.count() == 1
    here.till.down = True
    for _minute in range(60):
        clock.move(timedelta(minutes=1))
        actions.look_after_payments()
    here.till.down = False
    here.till.state[payment.number] = paid(payment)
    clock.move(timedelta(hours=1))
    actions.look_after_payments()
    assert state(made) == "fulfilled"


def test_an_outcome_that_says_nothing_new_changes_nothing(paid_by_till):
    here = paid_by_till
    payment = begin(here, order(here, here.mei, product(here)))
    assert take(here, Outcome(payment.number, Fate.OPEN)).state == "open"
    assert take(here, Outcome(payment.number, Fate.CLOSED)).state == "closed"
    assert take(here, paid(payment)).state == "paid"
    assert take(here, Outcome(payment.number, Fate.CLOSED)).state == "paid"


def test_a_transfer_by_hand_is_confirmed_by_somebody_else(paid_by_till):
    here = paid_by_till
    here.till.way = HowToPay(Way.WORDS, "Account 123")
    made = order(here, here.mei, product(here))
    payment = begin(here, made)
    with pytest.raises(Exception, match="permission"):
        actions.confirm_payment(actor=here.li, payment=payment)
    actions.confirm_payment(actor=here.owner, payment=payment, ref="Bank 7")
    assert state(made) == "fulfilled"
    own = begin(here, order(here, here.owner, product(here)))
    with pytest.raises(errors.OwnOrder):
        actions.confirm_payment(actor=here.owner, payment=own)


def test_an_account_is_attached_with_its_secrets_sealed(here, till):
    give = {"actor": here.owner, "shop": here.shop, "provider": "till", "name": "Till"}
    with pytest.raises(errors.InvalidShop) as refused:
        actions.attach_merchant(**give, given={"merchant": "M1"})
    assert set(refused.value.fields) == {"secret"}
    with pytest.raises(errors.InvalidShop) as refused:
        actions.attach_merchant(**give, given={"merchant": "bad", "secret": "s"})
    assert set(refused.value.fields) == {"merchant"}
    made = actions.attach_merchant(**give, given={"merchant": "M1", "secret": "s3cret"})
    assert "s3cret" not in MerchantAccount.objects.get().secrets
    again = actions.attach_merchant(**give, given={"merchant": "M9", "secret": ""})
    assert (again.pk, again.settings) == (made.pk, {"merchant": "M9"})
    with pytest.raises(errors.UnknownProvider):
        actions.attach_merchant(**{**give, "provider": "none"}, given={})
    actions.detach_merchant(actor=here.owner, account=again)
    with pytest.raises(errors.UnknownProvider):
        begin(here, order(here, here.mei, product(here)))
