"""Paid entry: who is accepted pays, is in until the time is over, and comes back as themself."""

from datetime import timedelta

import pytest

from qunluo.community import actions as communities
from qunluo.community import errors as refusals
from qunluo.community import queries as members
from qunluo.community.models import Community, Grant, Membership
from qunluo.kernel.clock import now
from qunluo.market import actions, errors, queries
from qunluo.market.models import Shop
from tests.community import makers
from tests.market.makers import FIT, clean, credit, key, order, product, shop, state

pytestmark = [pytest.mark.django_db, pytest.mark.req("M03")]
DAY = timedelta(days=1)


def sold(here, name="pass", price=2_000, lets_in=True, **said):
    """A tier of thirty days on sale."""
    plan = actions.add_tier(
        actor=here.owner, community=here.community, name=name, benefits=["Be in"],
        lets_in=lets_in, **said,
    )  # fmt: skip
    made = actions.save_tier_period(
        actor=here.owner, plan=plan, name="30 days", price=price, days=30
    )
    actions.edit_product(actor=here.owner, product=plan.product, **{**FIT, "category": "other"})
    actions.list_product(actor=here.owner, product=plan.product)
    plan.variant = made.variant
    return plan


@pytest.fixture
def door(db):
    """A community that only sells to members, has not opened its shop, and costs an entry fee."""
    here = shop("members", selection="fee")
    Shop.objects.filter(pk=here.shop.pk).update(state="preparing")
    here.shop.refresh_from_db()
    here.plan = sold(here)
    here.community.refresh_from_db()
    return here


def asked(door, who):
    return communities.apply(actor=who, community=door.community)


def paid(door, who, plan=None):
    credit(door, who, 2_000)
    plan = plan or door.plan
    made = actions.buy_tier(actor=who, shop=door.shop, variant=plan.variant.pk, key=key())
    actions.pay_from_credit(actor=who, order=made)
    return made


def inside(door, who):
    return members.membership_of(who, door.community)


def test_who_is_accepted_pays_and_is_in_until_the_time_is_over_to_the_second(door, clock):
    who = door.stranger
    application = asked(door, who)
    assert (application.state, inside(door, who)) == ("accepted", None)
    assert asked(door, who).pk == application.pk  # asking twice is once
    bought = paid(door, who)
    here = inside(door, who)
    assert state(bought) == "fulfilled"
    assert (here.via, here.paid_until - now()) == ("fee", 30 * DAY)
    assert asked(door, who) == here
    clock.move(30 * DAY - timedelta(seconds=1))
    assert inside(door, who)
    clock.move(timedelta(seconds=1))  # and nothing ran in between
    assert inside(door, who) is None
    assert members.standing(who, door.community).membership_id is None
    assert members.communities_of(who) == []
    assert not members.share_a_community(who.pk, door.mei.pk)
    assert members.placed([who.pk]) == []
    assert who.pk not in members.active_members(door.community).values_list("person", flat=True)
    with pytest.raises(refusals.MembersOnly):
        members.require_member(who, door.community)
    clean(door)


def test_what_lets_in_is_sold_before_the_shop_opens_but_goods_are_not(door):
    rice = product(door)
    asked(door, door.stranger)
    paid(door, door.stranger)
    with pytest.raises(errors.ShopNotOpen):
        order(door, door.stranger, rice)
    Shop.objects.filter(pk=door.shop.pk).update(state="paused")
    door.shop.refresh_from_db()
    assert queries.entry_plans(door.community) == []
    with pytest.raises(errors.ShopNotOpen):
        actions.buy_tier(
            actor=door.stranger, shop=door.shop, variant=door.plan.variant.pk, key=key()
        )


def test_nobody_pays_for_a_way_in_that_is_shut(door):
    def buy(who):
        variant = door.plan.variant.pk
        return actions.buy_tier(actor=who, shop=door.shop, variant=variant, key=key())

    with pytest.raises(refusals.JoinFirst):
        buy(door.stranger)
    with pytest.raises(refusals.JoinFirst):
        actions.try_tier(actor=door.stranger, plan=door.plan)
    Community.objects.filter(pk=door.community.pk).update(recruiting=False)
    door.shop.community.refresh_from_db()
    with pytest.raises(refusals.RecruitmentClosed):
        buy(door.stranger)
    Community.objects.filter(pk=door.community.pk).update(recruiting=True, selection="open")
    door.shop.community.refresh_from_db()
    with pytest.raises(refusals.JoinFirst):
        buy(door.stranger)


def test_a_tier_of_another_kind_does_not_let_in(door):
    gold = sold(door, "gold", lets_in=False)
    with pytest.raises((errors.MembersOnlyShop, errors.ShopNotOpen)):
        actions.buy_tier(actor=door.stranger, shop=door.shop, variant=gold.variant.pk, key=key())
    assert [one.name for one in queries.entry_plans(door.community)] == ["pass"]


def test_without_a_price_the_door_says_so(db):
    here = shop("members", selection="fee")
    assert queries.entry_plans(here.community) == []
    with pytest.raises(refusals.FeeNotPossible):
        communities.apply(actor=here.stranger, community=here.community)


def test_who_renews_in_time_stays_and_who_is_late_comes_back_under_their_number(door, clock):
    who = door.stranger
    asked(door, who)
    paid(door, who)
    first = inside(door, who)
    clock.move(20 * DAY)
    paid(door, who)
    assert inside(door, who).paid_until - now() == 40 * DAY
    clock.move(41 * DAY)
    assert inside(door, who) is None
    paid(door, who)  # before anything has noticed
    back = inside(door, who)
    assert (back.pk, back.paid_until - now()) == (first.pk, 30 * DAY)
    clock.move(31 * DAY)
    communities.expire_due_grants()
    before = Community.objects.get(pk=door.community.pk).member_count
    assert communities.end_paid_memberships() == 1
    assert communities.end_paid_memberships() == 0
    gone = Membership.objects.get(pk=first.pk)
    assert (gone.status, gone.ended_at) == ("left", gone.paid_until)
    assert Community.objects.get(pk=door.community.pk).member_count == before - 1
    paid(door, who)
    again = inside(door, who)
    assert (again.pk, again.number) == (first.pk, first.number)
    assert Community.objects.get(pk=door.community.pk).member_count == before


def test_a_refund_ends_being_in_and_an_end_by_hand_does_too(door):
    who = door.stranger
    asked(door, who)
    bought = paid(door, who)
    actions.give_tier_back(actor=who, order=bought)
    assert inside(door, who) is None
    paid(door, who)
    held = Grant.objects.get(person=who, kind="tier", revoked_at=None)
    communities.revoke_grant(actor=door.owner, grant=held, reason="A mistake")
    assert inside(door, who) is None
    clean(door)


def test_who_came_without_a_fee_stays_when_a_tier_ends(door, clock):
    paid(door, door.mei)
    assert inside(door, door.mei).paid_until is None
    clock.move(31 * DAY)
    assert inside(door, door.mei)


def test_an_owner_needs_no_ticket(door, clock):
    who = door.stranger
    asked(door, who)
    paid(door, who)
    communities.grant(
        actor=door.owner, community=door.community, person=who, kind="role", name="owner",
        source="test",
    )  # fmt: skip
    clock.move(31 * DAY)
    assert inside(door, who).paid_until is None


def test_money_for_a_way_that_was_shut_meanwhile_goes_back(door):
    who = door.stranger
    asked(door, who)
    credit(door, who, 2_000)
    made = actions.buy_tier(actor=who, shop=door.shop, variant=door.plan.variant.pk, key=key())
    makers.member(door.community, who=who)
    Membership.objects.filter(person=who).update(status="removed")
    with pytest.raises(errors.EntryShut):
        actions.pay_from_credit(actor=who, order=made)
    assert state(made) == "placed"
    clean(door)


def test_a_trial_lets_in_once_and_ends(door, clock):
    week = sold(door, "try", trial_days=7)
    who = door.stranger
    asked(door, who)
    actions.try_tier(actor=who, plan=week)
    assert inside(door, who).paid_until - now() == 7 * DAY
    clock.move(7 * DAY)
    assert inside(door, who) is None
    with pytest.raises(errors.NoTrial):
        actions.try_tier(actor=who, plan=week)
    paid(door, who)
    assert inside(door, who).paid_until - now() == 30 * DAY


def test_of_two_tiers_that_let_in_the_later_end_counts(door):
    other = sold(door, "patron")
    door.shop.community.refresh_from_db()
    who = door.stranger
    asked(door, who)
    first = paid(door, who)
    paid(door, who)
    paid(door, who, other)
    assert inside(door, who).paid_until - now() > 59 * DAY
    actions.give_tier_back(actor=who, order=first)
    assert inside(door, who).paid_until - now() > 29 * DAY


def test_who_left_with_time_left_comes_back_for_nothing(door):
    who = door.stranger
    asked(door, who)
    paid(door, who)
    communities.leave(actor=who, membership=inside(door, who))
    assert inside(door, who) is None
    back = asked(door, who)
    assert back.paid_until - now() <= 30 * DAY
    assert inside(door, who) == back


def test_an_accepted_applicant_is_told_what_is_left_to_do(db):
    values = {"people": {"criterion": "Grows something"}}
    here = shop("members", selection="fee", values=values)
    here.plan = sold(here)
    here.community.refresh_from_db()
    application = communities.apply(
        actor=here.stranger, community=here.community, criterion_claim="Leeks"
    )
    assert application.state == "waiting"
    with pytest.raises(refusals.JoinFirst):
        actions.buy_tier(
            actor=here.stranger, shop=here.shop, variant=here.plan.variant.pk, key=key()
        )
    communities.verify_criterion(actor=here.owner, application=application)
    communities.decide_application(actor=here.owner, application=application, accept=True)
    assert inside(here, here.stranger) is None
    paid(here, here.stranger)
    assert inside(here, here.stranger).via == "fee"


def test_a_suspension_outlasts_the_end_of_paid_time(door, clock):
    who = door.stranger
    asked(door, who)
    paid(door, who)
    until = now() + 90 * DAY
    Membership.objects.filter(person=who).update(suspended_until=until)
    clock.move(31 * DAY)
    communities.end_paid_memberships()
    paid(door, who)
    assert members.standing(who, door.community).suspended_until == until
