"""Ways round dealers, codes, the way from words to orders, and paying that somebody has tried."""

from datetime import timedelta

import pytest

from qunluo.community.actions import leave
from qunluo.community.errors import CommunityClosed
from qunluo.community.models import Community
from qunluo.conversation import actions as talk
from qunluo.conversation.queries import chat_of
from qunluo.kernel.clock import now, travel
from qunluo.market import actions, errors, queries
from qunluo.market.models import CodeBatch, CouponGrant, Order, ProductCode, Touch
from tests.community.makers import membership
from tests.conversation.makers import space, thread
from tests.market.booking_makers import booking, paid, service
from tests.market.claim_makers import bought, complaint
from tests.market.makers import clean, credit, order, product, shop, variant
from tests.market.test_coupons import coupon

pytestmark = pytest.mark.django_db
HARE = {"symbol": "The hare", "royalty_percent": 10, "royalty_to": "Ling"}


@pytest.mark.req("T09")
def test_who_gives_a_service_gets_no_money_back_by_leaving_before_their_own_booking(here):
    plan = service(here, late_percent=0)
    one = paid(here, plan, plan.person)
    with travel(one.starts_at - timedelta(hours=1)):
        leave(actor=plan.person, membership=membership(plan.person, here.community))
        assert queries.get_booking(one.order.uid, viewer=plan.person).back == 0
    with travel(one.ends_at), pytest.raises(errors.BookingMovedOn):
        actions.call_off(actor=plan.person, booking=one)
    with travel(one.ends_at + timedelta(days=2)):
        actions.call_off(actor=here.owner, booking=one, reason="Never mind")
    assert booking(one.order).state == "off"
    clean(here)


@pytest.mark.req("P16")
def test_a_service_that_was_called_off_late_proves_no_purchase(here):
    plan = service(here, late_percent=0)
    one = paid(here, plan, here.mei)
    with travel(one.starts_at - timedelta(hours=1)):
        actions.call_off(actor=here.mei, booking=one)
    assert Order.objects.get().state == "received"
    assert queries.proof_of(here.mei.pk, plan.product) is None
    assert queries.to_tell(Order.objects.get()) == ("", [])


@pytest.mark.req("M21")
def test_nobody_turns_royalties_that_are_due_to_somebody_else(here):
    cup = product(here, title="Cup", price=2_000, stock=None, **HARE)
    credit(here, here.mei, 4_000)
    made = order(here, here.mei, cup)
    actions.pay_from_credit(actor=here.mei, order=made)
    actions.edit_product(actor=here.owner, product=cup, royalty_to="Me", symbol="The fox")
    actions.pay_from_credit(actor=here.mei, order=order(here, here.mei, cup))
    told = queries.finance(here.community, viewer=here.owner).royalties
    assert sorted(told) == [("Ling", "The hare", 200), ("Me", "The fox", 200)]


@pytest.mark.req("M23")
def test_who_runs_the_shop_closes_no_loop_with_a_complaint_of_their_own(here):
    rice = product(here, stock=9)
    mine = complaint(here.owner, bought(here, here.owner, rice))
    complaint(here.mei, bought(here, here.mei, rice), kind="late")
    told = queries.trace(
        here.community, viewer=here.owner, since=now() - timedelta(days=1),
        until=now() + timedelta(days=1),
    )  # fmt: skip
    assert told.feedback == 1
    refs = [one.ref for one in queries.feedback_on(rice, viewer=here.owner)]
    assert f"claim:{mine.uid}" not in refs
    with pytest.raises(errors.InvalidImprovement):
        actions.improve(
            actor=here.owner, product=rice, feedback=f"claim:{mine.uid}", sort="product", words="X"
        )


@pytest.mark.req("M23")
def test_a_change_is_made_from_what_was_said_here_of_this_product(here):
    rice, oil = product(here, stock=9), product(here, title="Oil")
    said = complaint(here.mei, bought(here, here.mei, rice))
    other = shop()
    theirs = product(other, stock=9)
    for owner, made in ((here.owner, oil), (other.owner, theirs)):
        with pytest.raises(errors.InvalidImprovement):
            actions.improve(
                actor=owner, product=made, feedback=f"claim:{said.uid}", sort="product", words="X"
            )


@pytest.mark.req("T03")
def test_codes_follow_from_a_secret_their_maker_and_what_was_asked(here):
    rice, oil = product(here), product(here, title="Oil")
    given = {"actor": here.owner, "product": rice, "name": "A", "count": 3, "key": "web:known"}
    batch, codes = actions.make_codes(**given)
    again, same = actions.make_codes(**given)
    assert (again, same) == (batch, codes)
    others = [{"product": oil}, {"name": "B"}, {"count": 4}, {"key": "web:other"}]
    made = [code for more in others for code in actions.make_codes(**{**given, **more})[1]]
    assert not set(codes) & set(made)
    assert ProductCode.objects.values("digest").distinct().count() == 3 + len(set(made))
    assert "web:known" not in str(list(CodeBatch.objects.values()))


@pytest.mark.req("T03")
def test_a_code_counts_where_it_was_made_and_not_where_a_community_is_closed(here):
    rice, other = product(here), shop()
    _batch, codes = actions.make_codes(actor=here.owner, product=rice, name="A", count=2)
    with pytest.raises(errors.CodeNotFound):
        actions.register_code(actor=here.mei, community=other.community, code=codes[0])
    Community.objects.filter(pk=here.community.pk).update(stage="closed")
    here.community.refresh_from_db()
    for who in (here.mei, here.stranger):
        with pytest.raises(CommunityClosed):
            actions.register_code(actor=who, community=here.community, code=codes[0])
    assert not ProductCode.objects.exclude(used_by=None).exists()


def test_a_coupon_of_another_community_is_given_to_nobody(here):
    other = shop()
    theirs = coupon(other, code="")
    with pytest.raises(Exception, match="members_only"):
        actions.give_coupon(actor=here.owner, coupon=theirs, people=[here.mei])
    with pytest.raises(errors.InvalidCoupon):
        actions.give_coupon(actor=other.owner, coupon=theirs, people=[here.mei])
    with pytest.raises(errors.InvalidCoupon):
        queries.members_named(other.community, [here.mei.handle])
    assert not CouponGrant.objects.exists()


@pytest.mark.req("M08")
def test_what_chosen_people_say_among_themselves_is_no_source_of_orders(here):
    rice = product(here)
    circle = talk.begin_circle(
        actor=here.mei, community=here.community, name="Us", people=[here.li.handle]
    )
    link = f"/c/{here.community.slug}/shop/p/{rice.uid}/"
    said = talk.reply(actor=here.mei, thread=chat_of(circle), source=link)
    source = ("post", f"{said.thread.number}.{said.place}")
    given = {"actor": here.li, "community": here.community, "product": rice}
    assert not actions.touch(**given, source=":".join(source))
    with pytest.raises(errors.UnknownSource):
        order(here, here.li, rice, source=source)
    assert not Touch.objects.exists()


@pytest.mark.req("M08")
def test_only_what_is_put_into_the_cart_is_counted_for_a_post(here, client):
    rice, oil = product(here), product(here, title="Oil")
    link = f"/c/{here.community.slug}/shop/p/{rice.uid}/"
    said = thread(here.mei, space(here.community), source=link)
    client.force_login(here.li)
    put = {"product": rice.uid, "from": f"post:{said.number}.1", "way": "add"}
    cart = f"/c/{here.community.slug}/shop/cart/put/"
    client.post(cart, {**put, "variant": variant(oil).pk, "quantity": "1"})
    client.post(cart, {**put, "variant": variant(rice).pk, "quantity": "0", "way": ""})
    assert not Touch.objects.exists()
    client.post(cart, {**put, "variant": variant(rice).pk, "quantity": "1"})
    assert Touch.objects.get().product == rice
