"""Money that came otherwise than asked for is ended by somebody: sent back whole, or explained."""

import pytest

from qunluo.market import actions, errors, queries
from qunluo.market.models import Order, Payment, Refund
from tests.market.makers import clean, credit, events, free, order, product, state
from tests.market.stand_in import paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def odd(paid_by_till):
    """An order for which money came otherwise; says how."""
    here = paid_by_till
    here.order = order(here, here.mei, product(here))

    def come(**other):
        payment = actions.begin_payment(actor=here.mei, order=here.order, provider="till")
        outcome = paid(payment, **other)
        return actions.take_outcome(merchant=here.account, outcome=outcome)

    here.come = come
    return here


def end(here, payment, who=None, *, back=True, reason="Too little came."):
    """How who looks after orders ends it."""
    return actions.end_odd_payment(
        actor=who or here.owner, payment=payment, back=back, reason=reason
    )


@pytest.mark.parametrize(
    ("other", "unit"), [({"amount": 999}, "CNY"), ({"amount": 1_500}, "CNY"),
                        ({"currency": "USD"}, "USD")],
)  # fmt: skip
def test_what_came_goes_back_whole_and_the_order_can_be_paid_anew(odd, other, unit):
    here, came = odd, odd.come(**other)
    assert (came.came, came.came_unit) == (other.get("amount", 1_000), unit)
    end(here, came)
    assert free(here, "escrow", unit) == came.came
    actions.try_refunds()
    refund = Refund.objects.get()
    assert (refund.state, refund.amount) == ("done", came.came)
    asked = here.till.refunds[refund.number]
    assert (asked.amount, asked.of, asked.currency) == (came.came, came.came, unit)
    assert (free(here, "escrow", unit), free(here, "clearing", unit)) == (0, 0)
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=here.order)
    assert Order.objects.get().escrow == 1_000
    clean(here)


@pytest.mark.parametrize("other", [{"merchant": "M2"}, {"currency": "ZZZ"}, {"amount": 0}])
def test_what_is_not_with_the_shop_is_not_sent_back_from_here(odd, other):
    here, came = odd, odd.come(**other)
    with pytest.raises(errors.InvalidRefund):
        end(here, came)
    end(here, came, back=False, reason="The other shop has sent it back.")
    assert (Payment.objects.get().state, state(here.order)) == ("closed", "placed")
    assert queries.troubles(here.community, viewer=here.owner)[0] == []
    assert events("payment_odd_ended")[0].data["back"] is False
    clean(here)


def test_a_case_is_ended_once_with_a_reason_and_never_by_the_buyer(odd):
    here, came = odd, odd.come(amount=1)
    for who in (here.mei, here.li):
        with pytest.raises(Exception, match="permission"):
            end(here, came, who)
    with pytest.raises(errors.InvalidRefund):
        end(here, came, reason=" ")
    end(here, came)
    for back in (True, False):
        with pytest.raises(errors.OrderMovedOn):
            end(here, came, back=back)
    Order.objects.update(buyer=here.owner)
    Payment.objects.update(state="odd")
    with pytest.raises(errors.OwnOrder):
        end(here, came)
