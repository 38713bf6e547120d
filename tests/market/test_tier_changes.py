"""Tiers moved up to, given away, paused, and lengthened by hand: nothing lost, nothing twice."""

from datetime import timedelta

import pytest

from qunluo.community import actions as communities
from qunluo.community.errors import PermissionMissing
from qunluo.community.queries import membership_of, own_tiers
from qunluo.kernel.clock import now
from qunluo.market import actions, errors, queries
from qunluo.market.models import TierPlan, TierTime
from qunluo.market.rules.tiers import declared, left_of
from tests.market.makers import FIT, clean, credit, events, key, order, product, state

pytestmark = [pytest.mark.django_db, pytest.mark.req("M02")]
DAY = timedelta(days=1)


def tier(here, name, price, **said):
    """A tier of thirty days on sale."""
    plan = actions.add_tier(
        actor=here.owner, community=here.community, name=name, benefits=["Calls"], **said
    )
    made = actions.save_tier_period(
        actor=here.owner, plan=plan, name="30 days", price=price, days=30
    )
    actions.edit_product(actor=here.owner, product=plan.product, **{**FIT, "category": "other"})
    actions.list_product(actor=here.owner, product=plan.product)
    plan.variant = made.variant
    return plan


@pytest.fixture
def two(here, clock):
    """Silver and gold; silver can stand still for ten days."""
    here.silver = tier(here, "silver", 3_000, pause_days=10)
    here.gold = tier(here, "gold", 9_000)
    return here


def ordered(two, who, plan, **more):
    return actions.buy_tier(actor=who, shop=two.shop, variant=plan.variant.pk, key=key(), **more)


def bought(two, who, plan, **more):
    credit(two, who, 20_000)
    made = ordered(two, who, plan, **more)
    actions.pay_from_credit(actor=who, order=made)
    return made


def left(two, who, name):
    held = own_tiers(two.community, who)
    return held[name] - now() if name in held else None


def test_what_is_left_is_counted_by_the_second_and_rounded_down():
    start = now()
    end = start + 30 * DAY
    assert left_of(3_000, start, end, start) == 3_000
    assert left_of(3_000, start, end, start + 10 * DAY) == 2_000
    assert left_of(3_000, start, end, start + 10 * DAY + timedelta(seconds=1)) == 1_999
    assert left_of(3_000, start, end, start - DAY) == 3_000
    assert left_of(3_000, start, end, end + DAY) == 0
    assert left_of(3_000, start, start, start) == 0


def test_moving_up_takes_what_is_left_off_the_price_and_ends_the_lower_tier(two, clock):
    bought(two, two.mei, two.silver)
    clock.move(10 * DAY)
    assert queries.left_to_move(two.community, two.mei, "silver").credit == 2_000
    made = bought(two, two.mei, two.gold, up_from="silver")
    assert (made.goods, made.discount, made.total) == (9_000, 2_000, 7_000)
    assert state(made) == "fulfilled"
    assert left(two, two.mei, "silver") is None
    assert left(two, two.mei, "gold") == 30 * DAY
    clean(two)


def test_money_back_for_the_higher_tier_brings_the_lower_one_back(two, clock):
    first = bought(two, two.mei, two.silver)
    clock.move(10 * DAY)
    made = bought(two, two.mei, two.gold, up_from="silver")
    clock.move(3 * DAY)
    with pytest.raises(errors.MovedUp):
        actions.refund_order(actor=two.owner, order=first, amount=3_000, reason="Sorry")
    with pytest.raises(errors.RefundOver):
        actions.give_tier_back(actor=two.mei, order=first)
    actions.give_tier_back(actor=two.mei, order=made)
    assert left(two, two.mei, "gold") is None
    assert left(two, two.mei, "silver") == 20 * DAY
    actions.refund_order(actor=two.owner, order=first, amount=3_000, reason="Sorry")
    assert left(two, two.mei, "silver") is None
    clean(two)


def test_one_moves_up_with_several_stretches_and_from_what_was_moved_into(two, clock):
    bought(two, two.mei, two.silver)
    bought(two, two.mei, two.silver)
    clock.move(15 * DAY)
    top = tier(two, "top", 20_000)
    made = bought(two, two.mei, two.gold, up_from="silver")
    assert made.discount == 1_500 + 3_000
    clock.move(15 * DAY)
    higher = bought(two, two.mei, top, up_from="gold")
    assert higher.discount == 4_500  # half of the whole price, not of what was paid in money
    assert own_tiers(two.community, two.mei).keys() == {"top"}
    clean(two)


def test_one_cannot_move_down_or_twice_with_the_same_time(two, clock):
    bought(two, two.mei, two.gold)
    with pytest.raises(errors.NotUpward):
        ordered(two, two.mei, two.silver, up_from="gold")
    with pytest.raises(errors.NotUpward):
        ordered(two, two.mei, two.gold, up_from="gold")
    with pytest.raises(errors.NotUpward):
        ordered(two, two.li, two.gold, up_from="silver")
    bought(two, two.li, two.silver)
    credit(two, two.li, 20_000)
    first = ordered(two, two.li, two.gold, up_from="silver")
    second = ordered(two, two.li, two.gold, up_from="silver")
    with pytest.raises(errors.EntryShut):  # the later order took it over
        actions.pay_from_credit(actor=two.li, order=first)
    actions.pay_from_credit(actor=two.li, order=second)
    with pytest.raises(errors.NotUpward):
        ordered(two, two.li, two.gold, up_from="silver")
    clean(two)


def test_what_was_refunded_meanwhile_pays_for_nothing(two):
    first = bought(two, two.mei, two.silver)
    made = ordered(two, two.mei, two.gold, up_from="silver")
    actions.give_tier_back(actor=two.mei, order=first)
    credit(two, two.mei, 9_000)
    with pytest.raises(errors.EntryShut):
        actions.pay_from_credit(actor=two.mei, order=made)
    assert state(made) == "placed"


def test_a_trial_and_given_time_are_worth_nothing(two):
    plan = tier(two, "bronze", 1_000, trial_days=7)
    actions.try_tier(actor=two.mei, plan=plan)
    actions.give_tier_time(
        actor=two.owner, plan=plan, person=two.mei, days=9, reason="For the cold hall"
    )
    assert left(two, two.mei, "bronze") == 16 * DAY
    assert queries.left_to_move(two.community, two.mei, "bronze") is None


def test_a_gift_reaches_its_person_and_goes_back_with_the_money(two):
    made = bought(two, two.mei, two.gold, to=two.li)
    assert left(two, two.mei, "gold") is None
    assert left(two, two.li, "gold") == 30 * DAY
    (told,) = events("tier_given")
    assert (told.actor_id, told.person_id) == (two.mei.pk, two.li.pk)
    with pytest.raises(errors.GiftRefused):
        ordered(two, two.mei, two.gold, to=two.mei)
    with pytest.raises(errors.GiftRefused):
        ordered(two, two.mei, two.gold, to=two.stranger)
    actions.give_tier_back(actor=two.mei, order=made)
    assert left(two, two.li, "gold") is None
    clean(two)


def test_time_stands_still_and_goes_on_with_nothing_lost(two, clock):
    bought(two, two.mei, two.silver)
    second = bought(two, two.mei, two.silver)
    clock.move(10 * DAY)
    actions.pause_tier(actor=two.mei, plan=two.silver)
    assert left(two, two.mei, "silver") is None
    with pytest.raises(errors.TierPaused):
        actions.pause_tier(actor=two.mei, plan=two.silver)
    with pytest.raises(errors.TierPaused):
        ordered(two, two.mei, two.silver)
    with pytest.raises(errors.TierPaused):
        actions.refund_order(actor=two.owner, order=second, amount=3_000, reason="Sorry")
    clock.move(4 * DAY)
    actions.resume_tier(actor=two.mei, plan=two.silver, person=two.mei)
    assert left(two, two.mei, "silver") == 50 * DAY
    later = TierTime.objects.get(order=second)
    assert later.ends_at - now() == 50 * DAY
    assert queries.pause_left(queries.running_time(two.silver, two.mei)) == 6 * DAY
    with pytest.raises(errors.NoPause):
        actions.resume_tier(actor=two.mei, plan=two.silver, person=two.mei)


def test_what_stood_still_long_enough_goes_on_by_itself(two, clock):
    bought(two, two.mei, two.silver)
    actions.pause_tier(actor=two.mei, plan=two.silver)
    clock.move(10 * DAY - timedelta(minutes=1))
    assert actions.resume_overdue_tiers() == 0
    clock.move(timedelta(minutes=1))
    assert actions.resume_overdue_tiers() == 1
    assert left(two, two.mei, "silver") == 30 * DAY
    with pytest.raises(errors.NoPause):
        actions.pause_tier(actor=two.mei, plan=two.silver)


def test_only_what_may_be_paused_is_and_only_one_s_own_or_by_who_runs_the_shop(two):
    bought(two, two.mei, two.gold)
    with pytest.raises(errors.NoPause):
        actions.pause_tier(actor=two.mei, plan=two.gold)
    with pytest.raises(errors.NoPause):
        actions.pause_tier(actor=two.li, plan=two.silver)
    bought(two, two.mei, two.silver)
    actions.pause_tier(actor=two.mei, plan=two.silver)
    with pytest.raises(PermissionMissing):
        actions.resume_tier(actor=two.li, plan=two.silver, person=two.mei)
    actions.resume_tier(actor=two.owner, plan=two.silver, person=two.mei)
    assert left(two, two.mei, "silver")


def test_money_that_came_while_it_stood_still_lets_it_go_on(two):
    bought(two, two.mei, two.silver)
    credit(two, two.mei, 3_000)
    made = ordered(two, two.mei, two.silver)
    actions.pause_tier(actor=two.mei, plan=two.silver)
    actions.pay_from_credit(actor=two.mei, order=made)
    assert left(two, two.mei, "silver") > 59 * DAY


def test_days_are_given_by_hand_with_a_reason_and_not_to_oneself(two):
    given = {"plan": two.gold, "days": 5, "reason": "For the cold hall"}
    actions.give_tier_time(actor=two.owner, person=two.mei, **given)
    assert left(two, two.mei, "gold") > 4 * DAY
    with pytest.raises(errors.GiftRefused):
        actions.give_tier_time(actor=two.owner, person=two.owner, **given)
    with pytest.raises(errors.GiftRefused):
        actions.give_tier_time(actor=two.owner, person=two.stranger, **given)
    with pytest.raises(PermissionMissing):
        actions.give_tier_time(actor=two.mei, person=two.li, **given)
    for wrong in ({"days": 0}, {"days": 9_999}, {"reason": " "}):
        with pytest.raises(errors.InvalidTier):
            actions.give_tier_time(actor=two.owner, person=two.mei, **{**given, **wrong})


@pytest.mark.req("M03")
def test_who_pauses_the_way_in_is_out_until_it_goes_on(here, clock):
    type(here.community).objects.filter(pk=here.community.pk).update(selection="fee")
    here.community.refresh_from_db()
    plan = tier(here, "pass", 2_000, lets_in=True, pause_days=20)
    here.shop.community = here.community
    communities.apply(actor=here.stranger, community=here.community)
    bought(here, here.stranger, plan)
    number = membership_of(here.stranger, here.community).number
    actions.pause_tier(actor=here.stranger, plan=plan)
    assert membership_of(here.stranger, here.community) is None
    communities.end_paid_memberships()
    clock.move(5 * DAY)
    actions.resume_tier(actor=here.stranger, plan=plan, person=here.stranger)
    assert membership_of(here.stranger, here.community).number == number


def test_the_tiers_of_the_charter_are_written_down_by_a_press(here):
    made = actions.add_declared_tiers(actor=here.owner, community=here.community)
    prices = [one.periods.get().variant.price for one in made]
    assert prices == [20_000, 120_000]
    assert {one.product.state for one in made} == {"draft"}
    assert actions.add_declared_tiers(actor=here.owner, community=here.community) == []
    assert TierPlan.objects.filter(community=here.community).count() == 2
    price = {"minor": 3_000, "currency": "CNY"}
    own = [{"name": "Friend", "price": price, "gets": "Letters"}, {"name": "", "price": price},
           {"name": "Free", "price": {"minor": 0}}, {"name": "Odd", "price": None}]  # fmt: skip
    assert list(declared(own, "en")) == [("Friend", 3_000, "Letters")]


def test_a_gift_for_somebody_who_has_left_is_not_paid_for(two):
    credit(two, two.mei, 9_000)
    made = ordered(two, two.mei, two.gold, to=two.li)
    communities.leave(actor=two.li, membership=membership_of(two.li, two.community))
    with pytest.raises(errors.EntryShut):
        actions.pay_from_credit(actor=two.mei, order=made)
    assert (state(made), left(two, two.li, "gold")) == ("placed", None)


def test_fees_are_told_apart_from_what_goods_brought(two):
    bought(two, two.mei, two.gold)
    rice = product(two)
    credit(two, two.li, 1_000)
    actions.pay_from_credit(actor=two.li, order=order(two, two.li, rice))
    told = queries.finance(two.community, viewer=two.owner)
    assert (told.fee_amount, told.split.amount) == (9_000, 10_000)
