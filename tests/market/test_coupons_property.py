"""Whatever people do with a coupon, in whatever order: its limits hold and the sums are exact."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.kernel.errors import DomainError
from qunluo.market import actions
from qunluo.market.models import Coupon, CouponCount, CouponUse, Order
from qunluo.market.queries import Wish
from qunluo.market.rules.coupons import part_of, shares, taken_off
from tests.community.makers import person
from tests.market.makers import VIRTUAL, clean, free, key, product, variant
from tests.market.stand_in import paid
from tests.market.test_campaigns_property import undone
from tests.market.test_coupons import coupon

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["order", "order", "pay", "leave", "wait", "refund"]),
        st.integers(0, 2),
        st.integers(1, 4),
    ),
    min_size=5,
    max_size=20,
)


@pytest.fixture
def few(paid_by_till, clock):
    """A shop, three who buy there, and a clock."""
    here = paid_by_till
    here.people = [person(f"P{n}") for n in range(3)]
    here.clock = clock
    return here


@pytest.mark.django_db
@settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=STEPS, percent=st.sampled_from([7, 33, 100]))
def test_uses_stay_within_the_limits_and_no_money_is_lost_or_made(few, steps, percent):
    here = few
    with undone(here):
        things = [product(here, title=f"T{n}", price=333 + n, stock=30) for n in range(2)]
        here.wishes = [Wish(variant(one).pk, n + 1) for n, one in enumerate(things)]
        coupon(here, kind="percent", percent=percent, amount=None, most=3, most_each=2)
        for act, who, number in steps:
            with suppress(DomainError):
                _act(here, act, here.people[who], number)
            _check()
        actions.try_refunds()
        in_escrow = Order.objects.aggregate(all=Sum("escrow"))["all"] or 0
        assert in_escrow == free(here, "escrow") == -free(here, "clearing")
        clean(here)


def _act(here, act, who, number):
    made = Order.objects.filter(buyer=who).order_by("-pk").first()
    if act == "order":
        actions.place_order(
            actor=who, shop=here.shop, wishes=here.wishes, delivery=VIRTUAL, key=key(),
            coupon="SPRING",
        )  # fmt: skip
    elif act == "wait":
        here.clock.move(timedelta(minutes=number * 10))
        actions.expire_due_orders()
    elif act == "leave" and made:
        actions.cancel_order(actor=who, order=made)
    elif act == "pay" and made:  # late or not, the provider says that it was paid
        payment = made.payments.filter(state="open").first()
        if payment is None:
            payment = actions.begin_payment(actor=who, order=made, provider="till")
        actions.take_outcome(merchant=here.account, outcome=paid(payment))
    elif act == "refund" and made:
        part = max(1, (made.total - made.refunded) // number)
        actions.refund_order(actor=here.owner, order=made, amount=part, reason="Sorry")


def _check():
    one = Coupon.objects.get()
    live = CouponUse.objects.filter(counts=True)
    counted = list(CouponCount.objects.values_list("amount", flat=True))
    assert one.taken == live.count() == sum(counted) <= 3
    assert all(n <= 2 for n in counted)
    assert not live.filter(order__state__in=["expired", "cancelled"]).exists()
    for order in Order.objects.annotate(sum=Sum("lines__discount")):
        assert order.sum == order.discount
        assert order.total == order.goods + order.delivery - order.discount
    assert not Order.objects.filter(refunded__gt=F("total")).exists()


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50), st.integers(0, 100))
def test_shares_add_up_and_none_is_more_than_its_line(amounts, percent):
    off = taken_off("percent", None, percent, sum(amounts), 0)
    found = shares(off, amounts)
    assert sum(found) == off
    exact = [off * amount / sum(amounts) if off else 0 for amount in amounts]
    for part, amount, wanted in zip(found, amounts, exact, strict=True):
        assert 0 <= part <= amount
        assert abs(part - wanted) < 1.001


@given(st.integers(0, 10**9), st.integers(1, 200), st.data())
def test_the_pieces_of_a_line_give_back_exactly_what_was_paid(discount, quantity, data):
    left, pieces, back = discount, quantity, 0
    while pieces:
        number = data.draw(st.integers(1, pieces))
        part = part_of(left, pieces, number)
        left, pieces, back = left - part, pieces - number, back + part
    assert (left, back) == (0, discount)
