"""Ordering: what is asked for is set aside, at the price that applies, and comes back in time."""

from datetime import timedelta

import pytest

from qunluo.community.models import Grant
from qunluo.kernel.clock import now
from qunluo.market import actions, errors, queries
from qunluo.market.models import Order, Product, Shop, Taken
from qunluo.market.rules.pricing import Rule
from qunluo.market.rules.wishes import Delivery, Wish
from tests.community.makers import person
from tests.market.makers import (
    HOME,
    SHIP,
    VIRTUAL,
    credit,
    events,
    key,
    left,
    order,
    product,
    shop,
    state,
    variant,
)

pytestmark = pytest.mark.django_db


def test_an_order_sets_aside_what_it_asks_for(here):
    rice = product(here, stock=5)
    made = order(here, here.mei, rice, 3)
    assert (made.state, made.total, made.member, left(rice)) == ("placed", 3_000, True, 2)
    assert made.expires_at == made.placed_at + timedelta(minutes=30)
    told = events("order_placed")[0]
    assert (told.person_id, told.data["total"], told.data["member"]) == (here.mei.pk, 3_000, True)


def test_the_same_key_orders_once(here):
    rice = product(here)
    first = order(here, here.mei, rice, key="k")
    assert order(here, here.mei, rice, key="k").pk == first.pk
    assert left(rice) == 9
    with pytest.raises(errors.OrderKeyReused):
        order(here, here.mei, rice, 2, key="k")
    assert order(here, here.li, rice, key="k").pk != first.pk


def test_more_than_there_is_cannot_be_ordered(here):
    rice = product(here, stock=2)
    with pytest.raises(errors.SoldOut) as refused:
        order(here, here.mei, rice, 3)
    assert refused.value.context["left"] == 2
    assert (left(rice), Order.objects.count()) == (2, 0)


def test_what_is_not_counted_never_runs_out(here):
    course = product(here, stock=None)
    assert order(here, here.mei, course, 500).total == 500_000


def test_nothing_is_set_aside_when_one_of_several_is_gone(here):
    rice, tea = product(here, stock=5), product(here, stock=0, title="Tea")
    wishes = [Wish(variant(rice).pk, 1), Wish(variant(tea).pk, 1)]
    with pytest.raises(errors.SoldOut):
        actions.place_order(
            actor=here.mei, shop=here.shop, wishes=wishes, delivery=VIRTUAL, key=key()
        )
    assert (left(rice), Order.objects.count()) == (5, 0)


def test_who_belongs_pays_less_and_many_cost_less_each(here):
    rice = product(here)
    rules = [Rule("members", 1, 900), Rule("everyone", 5, 850), Rule("members", 5, 800)]
    actions.save_variant(actor=here.owner, product=rice, variant=variant(rice), rules=rules)
    assert order(here, here.mei, rice).total == 900
    assert order(here, here.stranger, rice).total == 1_000
    assert order(here, here.stranger, rice, 5).total == 5 * 850
    assert not Order.objects.get(buyer=here.stranger, total=1_000).member
    with pytest.raises(errors.PriceChanged):
        order(here, here.stranger, rice, total=900)


def test_a_tier_brings_its_price(here):
    rice = product(here)
    rules = [Rule("tier:gold", 1, 500)]
    actions.save_variant(actor=here.owner, product=rice, variant=variant(rice), rules=rules)
    Grant.objects.create(
        community=here.community, person=here.mei, kind="tier", name="gold", source="test",
        granted_at=now(), expires_at=now() + timedelta(days=1),
    )  # fmt: skip
    assert (order(here, here.mei, rice).total, order(here, here.li, rice).total) == (500, 1_000)


@pytest.mark.req("M04")
def test_a_pure_community_sells_to_members_alone(here):
    rice = product(here)
    Shop.objects.update(audience="members")
    here.shop.refresh_from_db()
    with pytest.raises(errors.MembersOnlyShop):
        order(here, here.stranger, rice)
    buyer = queries.buyer_of(here.stranger, here.community)
    with pytest.raises(errors.MembersOnlyShop):
        queries.get_product(here.shop, rice.uid, buyer)
    assert order(here, here.mei, rice).member


@pytest.mark.req("M04", "T03")
def test_a_mimic_community_has_no_cart(here):
    rice = product(here)
    Shop.objects.update(audience="dealers")
    here.shop.refresh_from_db()
    for act in (
        lambda: order(here, here.mei, rice),
        lambda: actions.put_in_cart(
            actor=here.mei, shop=here.shop, variant=variant(rice).pk, quantity=1
        ),
    ):
        with pytest.raises(errors.NoCart):
            act()


def test_a_shop_that_is_not_open_takes_no_orders(here):
    rice = product(here)
    actions.pause_shop(actor=here.owner, shop=here.shop)
    with pytest.raises(errors.ShopNotOpen):
        order(here, here.mei, rice)


@pytest.mark.parametrize("wanted", [0, -1, 10_000, 1.5, True])
def test_quantities_are_whole_and_sensible(here, wanted):
    rice = product(here)
    with pytest.raises((errors.InvalidOrder, errors.TooMuch)):
        order(here, here.mei, rice, wanted)


def test_a_product_of_another_community_cannot_be_ordered_here(here):
    other = shop()
    with pytest.raises(errors.ProductNotFound):
        order(here, here.mei, product(other))


def test_something_bodily_needs_a_way_to_its_buyer(here):
    rice = product(here, kind="physical")
    for way in (VIRTUAL, Delivery("ship", {**HOME, "phone": ""}), Delivery("pickup", point=99)):
        with pytest.raises(errors.InvalidOrder):
            order(here, here.mei, rice, delivery=way)
    sent = order(here, here.mei, rice, delivery=SHIP)
    assert (sent.method, sent.delivery, sent.total, sent.address) == ("ship", 800, 1_800, HOME)
    assert (
        order(here, here.mei, product(here, kind="physical", price=9_900), delivery=SHIP).delivery
        == 0
    )


def test_nothing_goes_where_no_rate_leads(here):
    rice = product(here, kind="physical")
    rate = queries.delivery_rates(here.community)[0]
    actions.save_rate(actor=here.owner, shop=here.shop, rate=rate, regions=["上海"])
    with pytest.raises(errors.NoDelivery):
        order(here, here.mei, rice, delivery=SHIP)


def test_stock_of_a_point_is_for_who_fetches_there(here):
    rice = product(here, kind="physical", stock=1)
    point = actions.save_point(actor=here.owner, shop=here.shop, name="Shop", address="Here 1")
    actions.set_stock(actor=here.owner, variant=variant(rice), amount=2, point=point)
    fetched = order(here, here.mei, rice, 2, Delivery("pickup", point=point.pk))
    assert (fetched.delivery, len(fetched.pickup_code)) == (0, 6)
    with pytest.raises(errors.SoldOut):
        order(here, here.mei, rice, 1, Delivery("pickup", point=point.pk))
    assert order(here, here.mei, rice, 1, SHIP)


@pytest.mark.req("M06")
def test_one_person_has_so_many_at_most(here):
    rice = product(here, variant={"most": 3})
    order(here, here.mei, rice, 2)
    with pytest.raises(errors.TooManyForOne) as refused:
        order(here, here.mei, rice, 2)
    assert (refused.value.context["have"], left(rice)) == (2, 8)
    order(here, here.mei, rice, 1)
    order(here, here.li, rice, 3)


def test_an_order_that_is_not_paid_in_time_gives_back_what_it_had(here, clock):
    rice = product(here, stock=3, variant={"most": 3})
    made = order(here, here.mei, rice, 3)
    clock.move(timedelta(minutes=31))
    assert queries.standing_of(Order.objects.get()) == "expired"
    assert actions.expire_due_orders() == 1
    assert (state(made), left(rice), Taken.objects.get().amount) == ("expired", 3, 0)
    assert actions.expire_due_orders() == 0
    assert len(events("order_expired")) == 1


def test_time_is_a_predicate_and_needs_no_sweeper(here, clock):
    rice = product(here, stock=3)
    made = order(here, here.mei, rice, 3)
    with pytest.raises(errors.SoldOut):
        order(here, here.li, rice, 1)
    clock.move(timedelta(minutes=31))
    assert order(here, here.li, rice, 1)
    assert (state(made), left(rice)) == ("expired", 2)
    credit(here, here.mei, 5_000)
    with pytest.raises(errors.OrderMovedOn):
        actions.pay_from_credit(actor=here.mei, order=made)


def test_the_buyer_calls_off_what_is_not_paid(here):
    rice = product(here, stock=3)
    made = order(here, here.mei, rice, 3)
    with pytest.raises(Exception, match="permission|members"):
        actions.cancel_order(actor=here.li, order=made)
    actions.cancel_order(actor=here.mei, order=made, reason="Changed my mind")
    assert (state(made), left(rice)) == ("cancelled", 3)
    with pytest.raises(errors.OrderMovedOn):
        actions.cancel_order(actor=here.mei, order=made)


def test_what_costs_nothing_is_paid_with_the_order(here):
    free_rice = product(here, price=0)
    made = order(here, here.mei, free_rice)
    assert state(made) == "fulfilled"
    assert [e.name.split(".")[1] for e in events("order_paid")] == ["order_paid"]


def test_a_cart_holds_things_and_sets_none_aside(here):
    rice = product(here, stock=2)
    put = {"actor": here.mei, "shop": here.shop, "variant": variant(rice).pk}
    assert actions.put_in_cart(**put, quantity=2) == 2
    assert actions.put_in_cart(**put, quantity=1) == 1
    assert left(rice) == 2
    made = order(here, here.mei, rice)
    actions.empty_cart(actor=here.mei, order=made)
    assert queries.cart(here.mei, here.community) == []
    Product.objects.update(state="paused")
    with pytest.raises(errors.NotOnSale):
        actions.put_in_cart(**put, quantity=1)


def test_addresses_are_kept_for_the_next_order_ten_at_most(here):
    for number in range(12):
        actions.keep_address(actor=here.mei, address={**HOME, "detail": f"No. {number}"})
    assert here.mei.addresses.count() == 10
    with pytest.raises(errors.InvalidOrder):
        actions.keep_address(actor=here.mei, address={**HOME, "name": "  "})


def test_a_stranger_may_not_see_the_order_of_another(here):
    made = order(here, here.mei, product(here))
    assert queries.get_order(made.uid, viewer=here.owner).order == made
    for who in (here.li, person("Nosy"), None):
        with pytest.raises(errors.OrderNotFound):
            queries.get_order(made.uid, viewer=who)
