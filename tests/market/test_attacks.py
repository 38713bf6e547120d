"""What a hostile buyer, operator or provider tried on the market: refused, or without harm."""

from datetime import timedelta

import pytest

from qunluo.community.models import Community
from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.ledger.actions import Leg, Wanted, ensure_accounts, post
from qunluo.market import actions, errors, queries
from qunluo.market.models import (
    MerchantAccount,
    Payment,
    ProviderNotice,
    Refund,
    Shop,
    Taken,
)
from qunluo.market.ports import Fate, HowToPay, RefundOutcome, Way
from qunluo.market.rules.wishes import Wish
from qunluo.people.actions import erase_person
from tests.market.makers import (
    SHIP,
    VIRTUAL,
    attach_till,
    clean,
    credit,
    free,
    key,
    left,
    order,
    product,
    state,
)
from tests.market.stand_in import notice, paid

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


def test_an_account_whose_secrets_cannot_be_read_holds_up_no_other(paid_by_till, clock):
    here = paid_by_till
    broken = begin(here, order(here, here.mei, product(here)))
    other = actions.attach_merchant(
        actor=here.owner, shop=here.shop, provider="manual", name="By hand",
        given={"instructions": "Pay here"},
    )  # fmt: skip
    assert other
    MerchantAccount.objects.filter(pk=here.account.pk).update(secrets="sealed:nonsense")
    waiting = actions.begin_payment(
        actor=here.li, order=order(here, here.li, product(here)), provider="manual"
    )
    clock.move(timedelta(hours=2))
    actions.look_after_payments()
    assert Payment.objects.get(pk=waiting.pk).state == "closed"
    assert Payment.objects.get(pk=broken.pk).state == "open"


def test_a_refund_that_cannot_be_tried_holds_up_no_other(paid_by_till, clock, monkeypatch):
    here = paid_by_till
    refunds = []
    for who in (here.mei, here.li):
        payment = begin(here, order(here, who, product(here)), who)
        take(here, paid(payment))
        refunds.append(
            actions.refund_order(
                actor=here.owner, order=payment.order, amount=1_000, reason="Sorry"
            )
        )
    whole = here.till.refund

    def refund(merchant, asked):
        if asked.number == refunds[0].number:
            raise KeyError("what nobody thought of")
        return whole(merchant, asked)

    monkeypatch.setattr(here.till, "refund", refund)
    actions.try_refunds()
    assert Refund.objects.get(pk=refunds[1].pk).state == "done"


def test_a_notice_of_an_account_that_cannot_be_read_holds_up_no_other(paid_by_till, clock):
    here = paid_by_till
    payment = begin(here, order(here, here.mei, product(here)))
    actions.take_notice(account=here.account, call=notice(paid(payment, amount=1)))
    ProviderNotice.objects.update(state="waiting", try_at=now())
    MerchantAccount.objects.filter(pk=here.account.pk).update(secrets="sealed:nonsense")
    actions.handle_due_notices()
    assert ProviderNotice.objects.get().state == "waiting"


def test_an_order_that_cannot_be_settled_holds_up_no_other(here, clock):
    one, two = (bought(here, order(here, here.mei, product(here))) for _n in range(2))
    for made in (one, two):
        actions.receive_order(actor=here.mei, order=made)
    # Somebody took the key by which the books know the settlement of the first.
    wanted = [Wanted("escrow", "CNY"), Wanted("sales", "CNY")]
    a, b = ensure_accounts(community=here.community, wanted=wanted)
    post(
        community=here.community, kind="settlement", legs=[Leg(a, -1), Leg(b, 1)],
        key=f"settle:{one.uid}",
    )  # fmt: skip
    clock.move(timedelta(days=8))
    actions.settle_due_orders()
    assert (state(one), state(two)) == ("received", "settled")


def test_credit_cannot_take_the_key_of_what_is_booked_later(here, clock):
    made = bought(here, order(here, here.mei, product(here)))
    actions.receive_order(actor=here.mei, order=made)
    actions.give_credit(
        actor=here.owner, community=here.community, person=here.li, amount=5, reason="Gift",
        key=f"settle:{made.uid}",
    )  # fmt: skip
    clock.move(timedelta(days=8))
    actions.settle_due_orders()
    assert state(made) == "settled"


def test_two_transfers_under_one_number_are_refused_with_a_reason(paid_by_till):
    here = paid_by_till
    here.till.way = HowToPay(Way.WORDS, "Account 123")
    one, two = (begin(here, order(here, here.mei, product(here))) for _n in range(2))
    actions.confirm_payment(actor=here.owner, payment=one, ref="Bank 7")
    with pytest.raises(DomainError):
        actions.confirm_payment(actor=here.owner, payment=two, ref="Bank 7")
    actions.confirm_payment(actor=here.owner, payment=two, ref="Bank 8")
    assert free(here, "escrow") == 2_000


def test_one_number_of_a_provider_pays_one_payment(paid_by_till):
    here = paid_by_till
    one, two = (begin(here, order(here, here.mei, product(here))) for _n in range(2))
    take(here, paid(one, ref="T1"))
    assert take(here, paid(two, ref="T1")).state == "odd"
    assert free(here, "escrow") == 1_000


def test_a_refund_of_another_amount_is_not_taken_for_done(paid_by_till):
    here = paid_by_till
    payment = begin(here, order(here, here.mei, product(here)))
    take(here, paid(payment))
    refund = actions.refund_order(
        actor=here.owner, order=payment.order, amount=1_000, reason="Sorry"
    )
    outcome = RefundOutcome(refund.number, Fate.DONE, amount=10)
    actions.take_refund_outcome(refund.number, outcome, merchant_id=here.account.pk)
    assert Refund.objects.get().state == "failed"
    assert free(here, "clearing") == -1_000


def test_money_for_an_account_that_was_changed_still_counts(paid_by_till):
    here = paid_by_till
    payment = begin(here, order(here, here.mei, product(here)))
    actions.attach_merchant(
        actor=here.owner, shop=here.shop, provider="till", name="Another",
        given={"merchant": "M2", "secret": "other"},
    )  # fmt: skip
    assert MerchantAccount.objects.get(active=True).settings == {"merchant": "M2"}
    before = MerchantAccount.objects.get(pk=here.account.pk)
    actions.take_notice(account=before, call=notice(paid(payment)))
    assert Payment.objects.get().state == "paid"
    refund = actions.refund_order(
        actor=here.owner, order=payment.order, amount=1_000, reason="Sorry"
    )
    assert queries.merchant_of(refund.payment.merchant).settings == {"merchant": "M1"}


def test_an_account_that_took_nothing_in_is_changed_as_it_is(paid_by_till):
    here = paid_by_till
    changed = actions.attach_merchant(
        actor=here.owner, shop=here.shop, provider="till", name="Another",
        given={"merchant": "M2", "secret": ""},
    )  # fmt: skip
    assert changed.pk == here.account.pk


def test_a_closed_community_sells_nothing(here):
    rice = product(here)
    Community.objects.filter(pk=here.community.pk).update(stage="closed")
    here.shop = Shop.objects.get()
    with pytest.raises(errors.ShopNotOpen):
        order(here, here.mei, rice)


@pytest.mark.parametrize("pk", [-1, 2**63, 2**70])
def test_a_variant_that_cannot_be_is_not_found(here, pk):
    with pytest.raises(errors.ProductNotFound):
        actions.place_order(
            actor=here.mei, shop=here.shop, wishes=[Wish(pk, 1)], delivery=VIRTUAL, key=key()
        )


def test_late_money_of_who_is_erased_goes_back(paid_by_till, clock):
    here = paid_by_till
    made = order(here, here.mei, product(here, kind="physical"), delivery=SHIP)
    payment = begin(here, made)
    clock.move(timedelta(minutes=31))
    actions.expire_due_orders()
    erase_person(actor=here.mei)
    take(here, paid(payment))
    assert state(made) == "expired"
    assert Refund.objects.get().amount == 1_800
    clean(here)


def test_an_odd_payment_keeps_an_account_from_being_erased(paid_by_till, clock):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    take(here, paid(begin(here, made), amount=999))
    clock.move(timedelta(minutes=31))
    actions.expire_due_orders()
    assert list(queries.blockers(here.mei))


def test_secrets_that_cannot_be_read_can_be_given_anew(paid_by_till):
    here = paid_by_till
    MerchantAccount.objects.update(secrets="sealed:nonsense")
    with pytest.raises(errors.InvalidShop):
        actions.attach_merchant(
            actor=here.owner, shop=here.shop, provider="till", name="T",
            given={"merchant": "M1", "secret": ""},
        )  # fmt: skip
    attach_till(here)
    assert queries.merchant_of(MerchantAccount.objects.get()).secrets == {"secret": "s3cret"}


def test_paying_by_an_account_that_cannot_be_read_is_refused(paid_by_till):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    MerchantAccount.objects.update(secrets="sealed:nonsense")
    with pytest.raises(DomainError):
        begin(here, made)
