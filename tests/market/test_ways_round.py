"""Ways round the rules of services, coupons and gift cards that somebody has tried."""

from datetime import timedelta

import pytest

from qunluo.kernel.clock import now, travel
from qunluo.market import actions, errors, queries
from qunluo.market.models import GroupComplaint, Remedy, Shop
from tests.market.booking_makers import book, booking, day_after, paid, service
from tests.market.claim_makers import complaint, fresh, together
from tests.market.makers import clean, credit, order, product
from tests.market.test_cards import buy, cards, codes, redeem
from tests.market.test_coupons import coupon

pytestmark = pytest.mark.django_db


def bought(here, who):
    """A gift card that is paid for."""
    made = cards(here)
    placed = buy(here, who, made)
    credit(here, who, placed.total)
    actions.pay_from_credit(actor=who, order=placed)
    return made, placed


@pytest.mark.req("T09")
def test_a_booking_that_nobody_confirmed_ends_by_time_and_holds_no_other_up(here):
    Shop.objects.filter(pk=here.shop.pk).update(confirms=True)
    plan = service(here)
    first = paid(here, plan, here.mei)
    second = paid(here, plan, here.li, day_after(hour=14))
    with travel(second.ends_at + timedelta(days=2)):
        for _run in range(2):
            actions.look_after_bookings(limit=1)
        assert {booking(one.order).state for one in (first, second)} == {"done"}
        assert not queries.bookings_due()


@pytest.mark.req("T09")
def test_who_gives_a_service_keeps_the_rule_for_their_own_booking(here):
    plan = service(here, late_percent=0)
    one = paid(here, plan, plan.person, day_after(days=3))
    later = one.starts_at + timedelta(days=3)
    with travel(one.starts_at - timedelta(hours=1)), pytest.raises(errors.TooLateToMove):
        actions.move_booking(actor=plan.person, booking=one, starts_at=later, reason="Mine")


@pytest.mark.req("T09")
def test_nobody_rates_themself_or_consents_to_words_they_did_not_read(here):
    plan = service(here)
    own, other = paid(here, plan, plan.person), paid(here, plan, here.mei, day_after(hour=14))
    with travel(other.ends_at + timedelta(minutes=1)):
        for one in (own, other):
            actions.finish_booking(actor=plan.person, booking=one)
        actions.receive_order(actor=plan.person, order=own.order)
        with pytest.raises(errors.BookingNotFound):
            actions.rate_booking(actor=plan.person, booking=own, stars=5)
        actions.ask_for_case(actor=plan.person, booking=other, text="kind words")
        with pytest.raises(errors.BookingMovedOn):
            actions.ask_for_case(actor=plan.person, booking=other, text="other words")
        actions.answer_case(actor=here.mei, booking=other, agree=True)
        assert booking(other.order).case_text == "kind words"


@pytest.mark.req("T09")
def test_one_person_holds_three_times_without_paying_and_no_more(here):
    plan = service(here)
    for hour in (9, 10, 11):
        book(here, plan, here.mei, day_after(hour=hour))
    with pytest.raises(errors.TooManyHeld):
        book(here, plan, here.mei, day_after(hour=14))
    book(here, plan, here.li, day_after(hour=14))
    with travel(now() + timedelta(hours=1)):  # by the clock they are free again
        book(here, plan, here.mei, day_after(days=3))


@pytest.mark.req("T09")
def test_nobody_is_sold_a_longer_time_in_a_shorter_session(here):
    plan = service(here, seats=2)
    paid(here, plan, here.mei)
    actions.set_minutes(actor=here.owner, variant=plan.variant, minutes=120)
    plan.variant.refresh_from_db()
    with pytest.raises(errors.SlotTaken):
        paid(here, plan, here.li)


def test_a_coupon_for_the_first_order_stands_in_one_at_a_time(here):
    coupon(here, code="FIRST", audience="first", most_each=None)
    rice = product(here, stock=50)
    order(here, here.mei, rice, coupon="FIRST")
    with pytest.raises(errors.CouponNotForYou):
        order(here, here.mei, rice, coupon="FIRST")
    with travel(now() + timedelta(hours=1)):
        assert order(here, here.mei, rice, coupon="FIRST").discount


@pytest.mark.req("M15")
def test_no_money_is_promised_for_a_card_that_was_redeemed(here):
    made, placed = bought(here, here.mei)
    redeem(here, here.li, codes(placed)[0])
    claim = complaint(here.mei, placed, product=made)
    with pytest.raises(errors.InvalidClaim):
        actions.offer_remedy(actor=here.owner, claim=claim, words="Sorry", amount=300)
    clean(here)


@pytest.mark.req("M15")
def test_an_offer_for_a_card_that_is_redeemed_meanwhile_ends_all_the_same(here):
    made, placed = bought(here, here.mei)
    claim = complaint(here.mei, placed, product=made)
    actions.offer_remedy(actor=here.owner, claim=claim, words="Sorry", amount=placed.total)
    redeem(here, here.li, codes(placed)[0])
    with travel(now() + timedelta(days=40)):
        actions.turn_due_claims()
    assert (fresh(claim).state, fresh(claim).paid) == ("done", 0)
    clean(here)


@pytest.mark.req("M15")
def test_a_remedy_for_everybody_gives_back_whole_cards_and_ends(here):
    together(here, 2)
    for who in (here.mei, here.li):
        made, placed = bought(here, who)
        complaint(who, placed, product=made)
    groups = GroupComplaint.objects.all()
    for group in groups:
        actions.answer_group_complaint(
            actor=here.owner, group=group, words="Sorry", remedy="part", percent=30
        )
    with travel(now() + timedelta(days=9)):
        for _run in range(2):
            actions.give_remedies()
    assert set(Remedy.objects.values_list("state", flat=True)) <= {"done"}
    clean(here)


@pytest.mark.req("T09")
def test_a_booking_called_off_late_is_not_sold(here):
    plan = service(here, late_percent=0)
    off, kept = paid(here, plan, here.mei), paid(here, plan, here.li, day_after(hour=14))
    with travel(off.starts_at - timedelta(hours=1)):
        actions.call_off(actor=here.mei, booking=off)
    with travel(kept.ends_at):
        actions.finish_booking(actor=plan.person, booking=kept)
        actions.receive_order(actor=here.li, order=kept.order)
    plan.product.refresh_from_db()
    assert plan.product.sold == 1
