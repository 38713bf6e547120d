"""Coupons: what they take off, for whom, how often, and what becomes of them with their order."""

from datetime import timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.kernel.clock import now
from qunluo.market import actions, errors, queries
from qunluo.market.models import Coupon, CouponCount, CouponUse, Order
from qunluo.market.queries import Wish
from qunluo.market.rules.coupons import shares
from tests.community.makers import member
from tests.market.claim_makers import giving_back
from tests.market.makers import (
    SHIP,
    VIRTUAL,
    attach_till,
    clean,
    credit,
    events,
    free,
    order,
    product,
    state,
    variant,
)
from tests.market.stand_in import paid

pytestmark = pytest.mark.django_db


def coupon(here, **said):
    """A coupon that takes 300 off."""
    said = {"title": "Three off", "code": "SPRING", "kind": "amount", "amount": 300, **said}
    return actions.make_coupon(actor=here.owner, shop=here.shop, **said)


def quoted(here, who, made, code="spring", quantity=1, delivery=VIRTUAL):
    wishes = [Wish(variant(made).pk, quantity)]
    return queries.quote(here.shop, wishes, delivery, viewer=who, coupon=code)


def taken(one):
    return Coupon.objects.get(pk=one.pk).taken


def test_a_code_takes_an_amount_off_whoever_types_it(here):
    one = coupon(here)
    made = order(here, here.mei, product(here), coupon=" spring ", total=700)
    assert (made.goods, made.discount, made.total) == (1_000, 300, 700)
    assert [line.paid for line in made.lines.all()] == [700]
    assert (taken(one), queries.get_order(made.uid, viewer=here.mei).coupon) == (1, one)


def test_it_falls_on_the_lines_so_that_nothing_is_lost(here):
    coupon(here, kind="percent", percent=10, amount=None)
    things = [product(here, title=f"T{n}", price=333 + n) for n in range(3)]
    wishes = [Wish(variant(one).pk, 1) for one in things]
    made = actions.place_order(
        actor=here.mei, shop=here.shop, wishes=wishes, delivery=VIRTUAL, key="k", coupon="SPRING"
    )
    parts = list(made.lines.order_by("place").values_list("discount", flat=True))
    assert sum(parts) == made.discount == (333 + 334 + 335) // 10
    assert parts == shares(100, [333, 334, 335])


def test_a_percentage_has_a_cap(here):
    coupon(here, kind="percent", percent=50, amount=200)
    assert quoted(here, here.mei, product(here)).discount == 200


def test_sending_can_be_free(here):
    coupon(here, kind="delivery", amount=None)
    rice = product(here, kind="physical")
    made = quoted(here, here.mei, rice, delivery=SHIP)
    assert (made.fee, made.discount, made.total) == (800, 800, 1_000)
    assert [line.discount for line in made.lines] == [0]
    with pytest.raises(errors.CouponNotForThis):
        quoted(here, here.mei, product(here, title="Poem"))  # there is nothing to send


def test_it_is_for_some_goods_from_some_worth_on(here):
    rice, book = product(here), product(here, title="Book", category="learning")
    coupon(here, categories=["food"], least=2_000)
    coupon(here, code="BOOKS", products=[book.uid])
    with pytest.raises(errors.CouponTooLittle):
        quoted(here, here.mei, rice)
    with pytest.raises(errors.CouponNotForThis):
        quoted(here, here.mei, book)
    both = [Wish(variant(rice).pk, 2), Wish(variant(book).pk, 1)]
    found = queries.quote(here.shop, both, VIRTUAL, viewer=here.mei, coupon="spring")
    assert [line.discount for line in found.lines] == [300, 0]
    found = queries.quote(here.shop, both, VIRTUAL, viewer=here.mei, coupon="books")
    assert [line.discount for line in found.lines] == [0, 300]


def test_it_never_takes_more_off_than_the_goods_cost(here):
    coupon(here, amount=5_000)
    made = order(here, here.mei, product(here), coupon="SPRING")
    assert (made.discount, made.total, state(made)) == (1_000, 0, "fulfilled")


def test_it_holds_within_its_time_until_it_is_stopped(here, clock):
    rice, moment = product(here), now()
    one = coupon(here, starts_at=moment + timedelta(hours=1), ends_at=moment + timedelta(hours=2))
    for hours, well in ((0, False), (1, True), (1, False)):
        clock.move(timedelta(hours=hours))
        if well:
            assert quoted(here, here.mei, rice).discount == 300
        else:
            with pytest.raises(errors.CouponRefused):
                quoted(here, here.mei, rice)
    other = coupon(here, code="NOW")
    actions.stop_coupon(actor=here.owner, coupon=other)
    with pytest.raises(errors.CouponRefused):
        quoted(here, here.mei, rice, "NOW")
    assert one.stopped_at is None


def test_it_is_for_some_people(here):
    rice = product(here)
    coupon(here, code="MEMBERS", audience="members")
    coupon(here, code="FIRST", audience="first")
    coupon(here, code="GOLD", audience="tier:gold")
    assert quoted(here, here.mei, rice, "members").discount == 300
    for code in ("members", "gold"):
        with pytest.raises(errors.CouponNotForYou):
            quoted(here, here.stranger, rice, code)
    credit(here, here.mei, 700)
    first = order(here, here.mei, rice, coupon="first")
    actions.pay_from_credit(actor=here.mei, order=first)
    with pytest.raises(errors.CouponNotForYou):
        quoted(here, here.mei, rice, "first")


def test_one_that_is_given_personally_is_found_by_nobody_else(here):
    rice, one = product(here), coupon(here, code="")
    assert actions.give_coupon(actor=here.owner, coupon=one, people=[here.mei]) == 1
    assert actions.give_coupon(actor=here.owner, coupon=one, people=[here.mei]) == 0
    (mine,) = queries.own_coupons(here.community, here.mei)
    assert (mine.coupon, queries.own_coupons(here.community, here.li)) == (one, [])
    assert quoted(here, here.mei, rice, one.uid).discount == 300
    for who in (here.li, None):
        with pytest.raises(errors.CouponNotFound):
            quoted(here, who, rice, one.uid)
    order(here, here.mei, rice, coupon=one.uid)
    assert queries.own_coupons(here.community, here.mei) == []


def test_a_limit_for_each_and_one_for_all(here):
    rice, one = product(here), coupon(here, most=2, most_each=1)
    order(here, here.mei, rice, coupon="SPRING")
    with pytest.raises(errors.CouponUsed):
        order(here, here.mei, rice, coupon="SPRING")
    order(here, here.li, rice, coupon="SPRING")
    with pytest.raises(errors.CouponGone):
        order(here, here.stranger, rice, coupon="SPRING")
    assert taken(one) == 2


def test_it_comes_back_with_what_ended_unpaid_or_unsent(here, clock):
    rice = product(here, kind="physical", stock=5)
    one = coupon(here)
    made = order(here, here.mei, rice, coupon="SPRING", delivery=SHIP)
    actions.cancel_order(actor=here.mei, order=made)
    assert (taken(one), CouponCount.objects.get().amount) == (0, 0)
    made = order(here, here.mei, rice, coupon="SPRING", delivery=SHIP)
    clock.move(timedelta(hours=1))  # overdue, and no job has run
    made = order(here, here.mei, rice, coupon="SPRING", delivery=SHIP)
    credit(here, here.mei, made.total)
    actions.pay_from_credit(actor=here.mei, order=made)
    actions.refund_order(actor=here.owner, order=made, amount=100, reason="Late")
    assert taken(one) == 1
    rest = made.total - 100
    actions.refund_order(actor=here.owner, order=made, amount=rest, reason="Sorry")
    assert (taken(one), free(here, "", "credit-CNY", here.mei)) == (0, made.total)
    assert len(events("coupon_taken")) == len(events("coupon_returned")) == 3
    clean(here)


def test_what_was_sent_keeps_its_coupon_used(here):
    rice, one = product(here, kind="physical"), coupon(here)
    made = order(here, here.mei, rice, coupon="SPRING", delivery=SHIP)
    credit(here, here.mei, made.total)
    actions.pay_from_credit(actor=here.mei, order=made)
    actions.ship_order(actor=here.owner, order=made, carrier="Post", tracking="1")
    actions.refund_order(
        actor=here.owner, order=made, amount=made.total, reason="Torn", restock=True
    )
    assert (state(made), taken(one)) == ("refunded", 1)


def late(here, till, made):
    """A payment that comes once its order has ended."""
    account = attach_till(here)
    payment = actions.begin_payment(actor=made.buyer, order=made, provider="till")
    Order.objects.filter(pk=made.pk).update(expires_at=now() - timedelta(seconds=1))
    actions.expire_due_orders()
    return lambda: actions.take_outcome(merchant=account, outcome=paid(payment))


def test_late_money_has_the_coupon_again_while_it_holds(here, till):
    one = coupon(here, most=1)
    made = order(here, here.mei, product(here), coupon="SPRING")
    pay = late(here, till, made)
    assert taken(one) == 0
    pay()
    assert (state(made), taken(one), CouponUse.objects.get().counts) == ("fulfilled", 1, True)


def test_late_money_goes_back_once_the_coupon_is_gone(here, till):
    rice, one = product(here), coupon(here, most=1)
    made = order(here, here.mei, rice, coupon="SPRING")
    pay = late(here, till, made)
    order(here, here.li, rice, coupon="SPRING")
    pay()
    actions.try_refunds()
    assert (state(made), taken(one), free(here, "escrow")) == ("expired", 1, 0)
    clean(here)


def test_the_same_key_with_another_coupon_is_another_order(here):
    rice = product(here)
    coupon(here)
    made = order(here, here.mei, rice, key="once", coupon="SPRING")
    assert order(here, here.mei, rice, key="once", coupon="spring").pk == made.pk
    with pytest.raises(errors.OrderKeyReused):
        order(here, here.mei, rice, key="once")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": " "}, "title"),
        ({"code": "a b"}, "code"),
        ({"code": "x" * 21}, "code"),
        ({"kind": "gift"}, "kind"),
        ({"amount": 0}, "amount"),
        ({"amount": None}, "amount"),
        ({"kind": "percent", "percent": 101}, "percent"),
        ({"kind": "percent", "percent": None}, "percent"),
        ({"least": -1}, "least"),
        ({"products": ["NONE"]}, "products"),
        ({"categories": ["none"]}, "categories"),
        ({"audience": "tier:"}, "audience"),
        ({"most": 0}, "most"),
        ({"most_each": True}, "most_each"),
        ({"ends_at": now() - timedelta(days=9)}, "ends_at"),
    ],
)
def test_what_is_not_a_coupon_is_refused_where_it_is_wrong(here, said, field):
    with pytest.raises(errors.InvalidCoupon) as refused:
        coupon(here, **said)
    assert field in refused.value.fields
    assert not Coupon.objects.exists()


def test_a_code_is_of_one_coupon_and_who_runs_the_shop_makes_it(here):
    coupon(here)
    with pytest.raises(errors.InvalidCoupon):
        coupon(here, code="spring")
    with pytest.raises(PermissionMissing):
        actions.make_coupon(actor=here.mei, shop=here.shop, title="Mine", kind="amount", amount=100)
    one = coupon(here, code="")
    with pytest.raises(errors.InvalidCoupon):
        actions.give_coupon(actor=here.owner, coupon=one, people=[here.owner])


def test_somewhere_else_the_code_means_nothing(here):
    coupon(here)
    with pytest.raises(errors.CouponNotFound):
        quoted(here, here.mei, product(here), "SPRING\0X")


def test_a_line_that_goes_back_piece_by_piece_gives_back_all_that_was_paid_for_it(here):
    coupon(here, kind="amount", amount=2)
    made = order(here, here.mei, product(here, stock=9, price=1_000), 3, coupon="SPRING")
    assert made.total == 2_998
    credit(here, here.mei, made.total)
    actions.pay_from_credit(actor=here.mei, order=made)
    actions.receive_order(actor=here.mei, order=made)
    for _piece in range(3):
        claim = giving_back(here.mei, made)
        actions.accept_return(actor=here.owner, claim=claim)
        actions.take_return(actor=here.owner, claim=claim)
    assert free(here, "", "credit-CNY", here.mei) == 2_998
    assert state(made) == "refunded"
    clean(here)


def test_a_list_says_which_of_it_are_wrong_and_gives_to_nobody_until_it_is_right(here):
    one = coupon(here, code="")
    named = [here.mei.handle.lower(), here.stranger.handle, "no/one", "O\0", here.li.handle]
    with pytest.raises(errors.InvalidCoupon) as refused:
        queries.members_named(here.community, named)
    (said,) = refused.value.say_fields(str)["people"]
    assert f"{here.stranger.handle}, no/one, O\0." in said
    assert here.mei.handle not in said
    people = queries.members_named(here.community, [here.mei.handle.lower(), here.mei.handle])
    assert people == [here.mei]
    with pytest.raises(errors.InvalidCoupon):  # whoever asks, by whatever door
        actions.give_coupon(actor=here.owner, coupon=one, people=[here.mei, here.stranger])
    assert not one.grants.exists()


def test_members_are_named_by_their_name_and_two_of_one_name_by_their_handles(here):
    other = member(here.community, here.li.name)
    assert queries.members_named(here.community, [here.mei.name, f"@{here.mei.handle}"]) == [
        here.mei
    ]
    with pytest.raises(errors.InvalidCoupon) as refused:
        queries.members_named(here.community, [here.mei.name, here.li.name])
    (said,) = refused.value.say_fields(str)["people"]
    assert "Several members" in said
    assert here.li.name in said
    named = queries.members_named(here.community, [here.li.handle, other.handle])
    assert named == [here.li, other]
