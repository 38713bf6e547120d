"""Buying in one go from store credit: ordered and paid, or neither, in few statements."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qunluo.kernel.models import EventRecord
from qunluo.ledger import errors as book_errors
from qunluo.market import actions, errors
from qunluo.market.models import Order, Payment, Shop
from qunluo.market.rules.wishes import Wish
from tests.market.makers import (
    SHIP,
    VIRTUAL,
    clean,
    credit,
    free,
    key,
    left,
    order,
    product,
    state,
    variant,
)

pytestmark = pytest.mark.django_db


def buy(here, who, made, quantity=1, **options):
    """Buy some of one product."""
    given = {"key": key(), "delivery": VIRTUAL, "confirmed": True, **options}
    wishes = [Wish(variant(made).pk, quantity)]
    return actions.buy_from_credit(actor=who, shop=here.shop, wishes=wishes, **given)


def asked_by(act):
    """Return the statements of an act, without those that open and close transactions."""
    with CaptureQueriesContext(connection) as asked:
        act()
    told = [one["sql"] for one in asked.captured_queries]
    return [sql for sql in told if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


def columns(made):
    """Return what stands in an order, but for its names and moments."""
    row = Order.objects.filter(pk=made.pk).values().get()
    return {
        name: value
        for name, value in row.items()
        if name not in {"id", "uid", "key"} and not name.endswith(("_at", "_by"))
    }


def test_a_purchase_costs_twelve_queries(here):
    rice = product(here)
    credit(here, here.mei, 3_000)
    buy(here, here.mei, rice)
    wishes, name = [Wish(variant(rice).pk, 1)], key()
    told = asked_by(
        lambda: actions.buy_from_credit(
            actor=here.mei, shop=here.shop, wishes=wishes, delivery=VIRTUAL, key=name
        )
    )
    assert len(told) <= 12, told


def test_paying_what_was_ordered_costs_twelve_queries_at_most(here):
    credit(here, here.mei, 2_000)
    rice = product(here)
    actions.pay_from_credit(actor=here.mei, order=order(here, here.mei, rice))
    made = order(here, here.mei, rice)
    told = asked_by(lambda: actions.pay_from_credit(actor=here.mei, order=made))
    assert len(told) <= 12, told


@pytest.mark.parametrize(("kind", "delivery"), [("virtual", VIRTUAL), ("physical", SHIP)])
def test_it_leaves_what_ordering_and_paying_leave(here, kind, delivery):
    rice = product(here, kind=kind)
    credit(here, here.mei, 10_000)
    slow = order(here, here.mei, rice, 2, delivery)
    actions.pay_from_credit(actor=here.mei, order=slow)
    quick = buy(here, here.mei, rice, 2, delivery=delivery)
    assert columns(quick) == columns(slow)
    stamps = [f"{name}_at" for name in ("paid", "confirmed", "fulfilled", "received", "ended")]
    fresh = Order.objects.get(pk=quick.pk)
    there = Order.objects.get(pk=slow.pk)
    for name in [*stamps, "receive_by"]:
        assert bool(getattr(fresh, name)) == bool(getattr(there, name)), name
    assert fresh.state == quick.state
    one, two = (Payment.objects.filter(order=made).values().get() for made in (slow, quick))
    same = {"provider", "unit", "amount", "state", "counts", "merchant_id", "ref", "look_at"}
    assert {name: one[name] for name in same} == {name: two[name] for name in same}
    told = [
        sorted(EventRecord.objects.filter(data__order_id=made.pk).values_list("name", flat=True))
        for made in (slow, quick)
    ]
    assert told[0] == told[1]
    assert (
        EventRecord.objects.filter(name="ledger.transfer_posted", data__kind="payment").count() == 2
    )
    assert free(here, "escrow", "credit-CNY") == slow.total + quick.total
    assert left(rice) == 6
    clean(here)


def test_the_same_key_buys_once(here):
    rice = product(here)
    credit(here, here.mei, 5_000)
    first = buy(here, here.mei, rice, key="k")
    assert buy(here, here.mei, rice, key="k").pk == first.pk
    with pytest.raises(errors.OrderKeyReused):
        buy(here, here.mei, rice, 2, key="k")
    with pytest.raises(errors.OrderKeyReused):
        buy(here, here.mei, rice, key="a\0b")
    assert (left(rice), free(here, "", "credit-CNY", here.mei)) == (9, 4_000)
    clean(here)


def test_the_same_key_finds_the_first_although_nothing_is_left(here):
    rice = product(here, stock=1)
    credit(here, here.mei, 1_000)
    first = buy(here, here.mei, rice, key="k")
    assert buy(here, here.mei, rice, key="k").pk == first.pk
    Shop.objects.update(state="paused")
    here.shop.refresh_from_db()
    assert buy(here, here.mei, rice, key="k").pk == first.pk


def test_what_was_ordered_under_the_key_is_paid(here):
    rice = product(here)
    credit(here, here.mei, 1_000)
    placed = order(here, here.mei, rice, key="k")
    assert buy(here, here.mei, rice, key="k").pk == placed.pk
    assert (state(placed), left(rice)) == ("fulfilled", 9)


def test_who_has_not_enough_has_ordered_nothing(here):
    rice = product(here)
    with pytest.raises(book_errors.InsufficientFunds):
        buy(here, here.mei, rice)  # has no wallet at all
    credit(here, here.mei, 999)
    with pytest.raises(book_errors.InsufficientFunds) as refused:
        buy(here, here.mei, rice)
    assert (refused.value.context["available"], refused.value.context["wanted"]) == (999, 1_000)
    assert (Order.objects.count(), Payment.objects.count(), left(rice)) == (0, 0, 10)
    assert not EventRecord.objects.filter(name__startswith="market.order").exists()


def test_who_comes_too_late_has_paid_nothing(here):
    rice = product(here, stock=1, variant={"most": 1})
    credit(here, here.mei, 9_000)
    with pytest.raises(errors.SoldOut):
        buy(here, here.mei, rice, 2)
    buy(here, here.mei, rice)
    actions.set_stock(actor=here.owner, variant=variant(rice), amount=5)
    with pytest.raises(errors.TooManyForOne):
        buy(here, here.mei, rice)
    assert (free(here, "", "credit-CNY", here.mei), left(rice)) == (8_000, 5)
    clean(here)


def test_what_an_overdue_order_holds_can_be_bought(here, clock):
    rice = product(here, stock=1)
    order(here, here.li, rice)
    clock.move(timedelta(minutes=31))
    credit(here, here.mei, 1_000)
    assert buy(here, here.mei, rice).state == "fulfilled"


def test_it_refuses_what_ordering_refuses(here):
    rice = product(here, returnable=False, no_return="It is fresh.")
    credit(here, here.mei, 9_000)
    with pytest.raises(errors.ReturnUnconfirmed):
        buy(here, here.mei, rice, confirmed=False)
    with pytest.raises(errors.PriceChanged):
        buy(here, here.mei, rice, total=999)
    with pytest.raises(errors.UnknownSource):
        buy(here, here.mei, rice, source=("post", "12.1"))
    assert not Order.objects.exists()


def test_what_costs_nothing_needs_no_credit(here):
    gift = product(here, price=0)
    assert buy(here, here.mei, gift).state == "fulfilled"
    assert not Payment.objects.exists()


def test_a_shop_that_looks_at_each_order_still_does(here):
    Shop.objects.update(confirms=True)
    here.shop.refresh_from_db()
    credit(here, here.mei, 1_000)
    made = buy(here, here.mei, product(here))
    assert (made.state, state(made)) == ("paid", "paid")
