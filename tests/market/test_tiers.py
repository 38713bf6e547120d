"""Tiers: bought for a period, renewed from the end, tried once, and taken back with the money."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from qunluo.community.actions import grant
from qunluo.community.errors import MembersOnly, PermissionMissing
from qunluo.community.models import Grant
from qunluo.community.queries import own_tiers
from qunluo.kernel.clock import now
from qunluo.market import actions, errors, queries
from qunluo.market.models import Order, TierPlan, TierTime
from qunluo.market.rules.pricing import Rule
from qunluo.market.rules.tiers import after
from tests.market.makers import clean, credit, events, key, order, product, state

pytestmark = [pytest.mark.django_db, pytest.mark.req("M02")]


@pytest.fixture
def gold(here):
    """A tier with a trial, sold for a year and for thirty days."""
    made = actions.add_product(
        actor=here.owner, community=here.community, gives="tier", title="Gold", category="other",
        need="To be close.", bought="yearly", used="daily", quality="Ask members.",
        function=8, emotion=6,
    )  # fmt: skip
    here.plan = actions.save_tier(
        actor=here.owner, product=made, name="gold", benefits=["Calls", "Cheaper"], trial_days=7
    )
    given = {"actor": here.owner, "plan": here.plan}
    here.year = actions.save_tier_period(name="A year", price=20_000, months=12, **given).variant
    here.month = actions.save_tier_period(name="30 days", price=2_000, days=30, **given).variant
    here.gold = actions.list_product(actor=here.owner, product=made)
    return here


def bought(gold, who, variant=None):
    credit(gold, who, 20_000)
    made = actions.buy_tier(actor=who, shop=gold.shop, variant=(variant or gold.year).pk, key=key())
    actions.pay_from_credit(actor=who, order=made)
    return made


def until(gold, who):
    return own_tiers(gold.community, who).get("gold")


def test_a_year_is_a_year_also_over_leap_days_and_a_change_of_the_clock():
    assert after(datetime(2024, 2, 29, tzinfo=UTC), 12, 0) == datetime(2025, 2, 28, tzinfo=UTC)
    assert after(datetime(2023, 12, 31, tzinfo=UTC), 2, 0) == datetime(2024, 2, 29, tzinfo=UTC)
    assert after(datetime(2024, 12, 1, tzinfo=UTC), 0, 31) == datetime(2025, 1, 1, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")
    spring = after(datetime(2026, 3, 1, 9, tzinfo=berlin), 1, 0)
    assert (spring.hour, spring.utcoffset()) == (9, timedelta(hours=2))


def test_who_pays_holds_the_tier_at_once_and_until_its_end_alone(gold, clock):
    made = actions.buy_tier(actor=gold.mei, shop=gold.shop, variant=gold.month.pk, key="a")
    assert until(gold, gold.mei) is None
    credit(gold, gold.mei, 2_000)
    actions.pay_from_credit(actor=gold.mei, order=made)
    assert state(made) == "fulfilled"
    end = until(gold, gold.mei)
    assert end - now() == timedelta(days=30)
    assert Order.objects.get(pk=made.pk).escrow == 2_000
    clock.move(timedelta(days=30) - timedelta(seconds=1))
    assert own_tiers(gold.community, gold.mei) == {"gold": end}
    clock.move(timedelta(seconds=1))  # and nothing ran in between
    assert own_tiers(gold.community, gold.mei) == {}
    clean(gold)


def test_its_lower_prices_end_with_it(gold, clock):
    rice = product(gold)
    actions.save_variant(
        actor=gold.owner, product=rice, variant=rice.variants.get(),
        rules=[Rule("tier:gold", 1, 700)],
    )  # fmt: skip
    bought(gold, gold.mei, gold.month)
    assert order(gold, gold.mei, rice).total == 700
    clock.move(timedelta(days=30))
    assert order(gold, gold.mei, rice).total == 1_000


def test_renewing_adds_to_the_end_and_the_same_key_is_the_same_order(gold, clock):
    bought(gold, gold.mei, gold.month)
    clock.move(timedelta(days=10))
    bought(gold, gold.mei, gold.month)
    assert until(gold, gold.mei) - now() == timedelta(days=50)
    given = {"actor": gold.mei, "shop": gold.shop, "key": "again"}
    first = actions.buy_tier(variant=gold.month.pk, **given)
    assert actions.buy_tier(variant=gold.month.pk, **given).pk == first.pk
    with pytest.raises(errors.OrderKeyReused):
        actions.buy_tier(variant=gold.year.pk, **given)
    with pytest.raises(errors.PriceChanged):
        actions.buy_tier(actor=gold.mei, shop=gold.shop, variant=gold.year.pk, key="other", total=1)


def test_a_refund_takes_back_what_is_not_used_and_what_came_later_moves_up(gold, clock):
    first = bought(gold, gold.mei, gold.month)
    second = bought(gold, gold.mei, gold.month)
    clock.move(timedelta(days=10))
    actions.refund_order(actor=gold.owner, order=first, amount=2_000, reason="Moved away")
    assert until(gold, gold.mei) - now() == timedelta(days=30)
    later = TierTime.objects.get(order=second)
    assert (later.starts_at, later.ends_at) == (now(), until(gold, gold.mei))
    actions.refund_order(actor=gold.owner, order=second, amount=2_000, reason="Moved away")
    assert own_tiers(gold.community, gold.mei) == {}
    clean(gold)


def test_a_part_of_the_money_back_leaves_the_tier(gold):
    made = bought(gold, gold.mei)
    end = until(gold, gold.mei)
    actions.refund_order(actor=gold.owner, order=made, amount=1_000, reason="A call fell out")
    assert until(gold, gold.mei) == end


def test_a_trial_is_had_once_and_ends_by_itself(gold, clock):
    actions.try_tier(actor=gold.mei, plan=gold.plan)
    assert until(gold, gold.mei) - now() == timedelta(days=7)
    with pytest.raises(errors.NoTrial):
        actions.try_tier(actor=gold.mei, plan=gold.plan)
    clock.move(timedelta(days=7))
    assert own_tiers(gold.community, gold.mei) == {}
    with pytest.raises(errors.NoTrial):
        actions.try_tier(actor=gold.mei, plan=gold.plan)
    with pytest.raises(MembersOnly):
        actions.try_tier(actor=gold.stranger, plan=gold.plan)
    assert [one.data["tier"] for one in events("tier_tried")] == ["gold"]


def test_who_holds_it_for_good_buys_nothing(gold):
    grant(
        actor=gold.owner, community=gold.community, person=gold.mei, kind="tier", name="gold",
        source="by hand",
    )  # fmt: skip
    with pytest.raises(errors.TierWithoutEnd):
        actions.buy_tier(actor=gold.mei, shop=gold.shop, variant=gold.year.pk, key=key())
    assert Grant.objects.get(kind="tier").expires_at is None


def test_what_is_not_sold_here_is_not_bought(gold):
    rice = product(gold).variants.get()
    for wrong in (rice.pk, 0, -1, 2**70):
        with pytest.raises(errors.TierNotFound):
            actions.buy_tier(actor=gold.mei, shop=gold.shop, variant=wrong, key=key())
    actions.withdraw_product(actor=gold.owner, product=gold.gold)
    with pytest.raises(errors.TierNotFound):
        actions.buy_tier(actor=gold.mei, shop=gold.shop, variant=gold.year.pk, key=key())
    assert queries.tier_plans(gold.shop, viewer=gold.mei) == []


def test_only_who_runs_the_shop_writes_tiers_and_each_is_whole(gold):
    said = {"product": gold.gold, "name": "gold", "benefits": ["Calls"]}
    with pytest.raises(PermissionMissing):
        actions.save_tier(actor=gold.mei, **said)
    with pytest.raises(PermissionMissing):
        queries.tier_holders(gold.community, viewer=gold.mei)
    wrong = ({"name": ""}, {"benefits": []}, {"benefits": ["x" * 121]}, {"trial_days": 91})
    for one in wrong:
        with pytest.raises(errors.InvalidTier):
            actions.save_tier(actor=gold.owner, **{**said, **one})
    for months, days in ((0, 0), (1, 1), (-1, 0), (61, 0), (True, 0)):
        with pytest.raises(errors.InvalidTier):
            actions.save_tier_period(
                actor=gold.owner, plan=gold.plan, name="x", price=1, months=months, days=days
            )
    bought(gold, gold.mei)
    with pytest.raises(errors.InvalidTier):
        actions.save_tier(actor=gold.owner, **{**said, "name": "silver"})
    (held,) = queries.tier_holders(gold.community, viewer=gold.owner)
    assert (held.person, TierPlan.objects.get().name) == (gold.mei, "gold")


def test_who_bought_it_takes_it_back_whole_within_its_days_and_no_longer(gold, clock):
    made = bought(gold, gold.mei)
    with pytest.raises(errors.OrderNotFound):
        actions.give_tier_back(actor=gold.li, order=made)
    clock.move_to(now() + timedelta(days=6))
    actions.give_tier_back(actor=gold.mei, order=made)
    assert state(made) == "refunded"
    assert until(gold, gold.mei) is None
    with pytest.raises(errors.RefundOver):
        actions.give_tier_back(actor=gold.mei, order=made)
    later = bought(gold, gold.li)
    clock.move_to(now() + timedelta(days=7))
    with pytest.raises(errors.RefundOver):
        actions.give_tier_back(actor=gold.li, order=later)
    rice = order(gold, gold.mei, product(gold))
    with pytest.raises(errors.RefundOver):
        actions.give_tier_back(actor=gold.mei, order=rice)
    clean(gold)


def test_nobody_uses_a_tier_for_nothing_again_and_again(gold, clock):
    first = bought(gold, gold.mei, gold.month)
    clock.move_to(now() + timedelta(days=6))
    actions.give_tier_back(actor=gold.mei, order=first)
    second = bought(gold, gold.mei, gold.month)
    clock.move_to(now() + timedelta(days=1))
    with pytest.raises(errors.RefundOver):
        actions.give_tier_back(actor=gold.mei, order=second)
    ahead = bought(gold, gold.mei, gold.month)  # begins where the second ends
    actions.give_tier_back(actor=gold.mei, order=ahead)
    assert (state(second), state(ahead)) == ("fulfilled", "refunded")
    clean(gold)


def test_what_is_used_up_is_not_taken_back(gold, clock):
    day = actions.save_tier_period(
        actor=gold.owner, plan=gold.plan, name="A day", price=500, days=1
    )
    made = bought(gold, gold.mei, day.variant)
    clock.move_to(now() + timedelta(days=2))
    with pytest.raises(errors.RefundOver):
        actions.give_tier_back(actor=gold.mei, order=made)
    clean(gold)


def test_whose_time_ends_soon_is_told_once_and_who_has_renewed_is_not(gold, clock):
    bought(gold, gold.mei, gold.month)
    bought(gold, gold.li, gold.month)
    bought(gold, gold.li, gold.month)
    actions.tell_of_tier_ends()
    assert events("tier_near") == []
    clock.move_to(now() + timedelta(days=24))
    assert actions.tell_of_tier_ends() == 1
    assert actions.tell_of_tier_ends() == 0
    (told,) = events("tier_near")
    assert told.person_id == gold.mei.pk
    bought(gold, gold.mei, gold.month)
    clock.move_to(now() + timedelta(days=30))
    assert actions.tell_of_tier_ends() == 2
