"""Chain orders, drops, pledges and pools: numbered lines, a fair queue, and one judgement."""

from datetime import time, timedelta

import pytest

from qunluo.kernel.clock import now
from qunluo.market import actions, errors, queries
from qunluo.market.actions import Item
from qunluo.market.models import Campaign, Entry, Order, Stock, Taken
from qunluo.market.rules import campaigns as rules
from qunluo.market.rules.wishes import Delivery
from tests.community.makers import person
from tests.market.campaign_makers import (
    HOUR,
    ask,
    buy,
    edit,
    join,
    numbers,
    over,
    pay,
    plan,
    start,
)
from tests.market.makers import (
    SHIP,
    clean,
    events,
    free,
    key,
    left,
    product,
    state,
    variant,
)
from tests.market.stand_in import paid

pytestmark = pytest.mark.django_db


def wallet(here, who):
    return free(here, "", "credit-CNY", who)


@pytest.mark.req("M05")
def test_numbers_of_a_chain_are_never_given_again(here):
    campaign = start(here, "chain")
    buy(here, campaign, here.mei)
    gone = join(campaign, here.li).order
    actions.cancel_order(actor=here.li, order=gone)
    buy(here, campaign, here.stranger)
    join(campaign, here.li)
    assert numbers(campaign) == [1, 3, 4]
    with pytest.raises(errors.AlreadyIn):
        join(campaign, here.mei)


@pytest.mark.req("M05")
def test_more_in_an_entry_is_a_top_up_without_a_second_fee(here):
    campaign = start(here, "chain", product(here, kind="physical", stock=10))
    made = buy(here, campaign, here.mei, 2, delivery=SHIP)
    assert made.total == 2 * 800 + 800
    changed = edit(campaign, here.mei, 5)
    assert (changed.top_up.total, changed.back, left(campaign.product)) == (3 * 800, 0, 5)
    assert Entry.objects.get().state == "paid"
    pay(here, changed.top_up)
    over(campaign)
    assert free(here, "escrow", "credit-CNY") == 5 * 800 + 800
    assert set(Order.objects.values_list("state", flat=True)) == {"confirmed"}
    assert campaign.snapshot["entries"] == [[1, [["Rice", "", 2], ["Rice", "", 3]]]]
    clean(here)


@pytest.mark.req("M05")
def test_a_top_up_that_is_not_paid_ends_alone(here, clock):
    campaign = start(here, "chain")
    buy(here, campaign, here.mei, 2)
    edit(campaign, here.mei, 5)
    clock.move(timedelta(minutes=31))
    actions.expire_due_orders()
    assert (left(campaign.product), Entry.objects.get().state) == (8, "paid")


@pytest.mark.req("M05")
def test_less_in_an_entry_goes_back_in_part_the_newest_first(here):
    campaign = start(here, "chain", most=9)
    buy(here, campaign, here.mei, 2)
    pay(here, edit(campaign, here.mei, 4).top_up)
    changed = edit(campaign, here.mei, 1)
    assert (changed.top_up, changed.back, left(campaign.product)) == (None, 3 * 800, 9)
    assert wallet(here, here.mei) == 3 * 800
    assert [one.state for one in Order.objects.order_by("pk")] == ["paid", "refunded"]
    assert Entry.objects.get().state == "paid"
    assert edit(campaign, here.mei, 0).back == 800
    assert (Entry.objects.get().state, left(campaign.product)) == ("out", 10)
    assert len(events("entry_left")) == 1
    clean(here)


@pytest.mark.req("M05")
def test_an_entry_is_changed_before_it_is_paid_and_by_the_same_key_once(here):
    campaign = start(here, "chain", product(here, stock=3), most=3)
    join(campaign, here.mei, 2)
    once = key()
    changed = edit(campaign, here.mei, 3, key=once)
    assert edit(campaign, here.mei, 3, key=once).top_up == changed.top_up
    assert (left(campaign.product), Entry.objects.get().state) == (0, "held")
    assert [one.state for one in Order.objects.order_by("pk")] == ["cancelled", "placed"]
    assert events("entry_left") == []


@pytest.mark.req("M05")
def test_one_thing_is_changed_for_another_within_the_limit(here):
    rice, tea = product(here), product(here, title="Tea")
    items = [Item(variant(rice).pk, 800), Item(variant(tea).pk, 500)]
    campaign = actions.start_campaign(
        actor=here.owner, shop=here.shop, plan=plan("chain", items, most=2)
    )
    buy(here, campaign, here.mei, 2)
    entry = Entry.objects.get()
    changed = actions.edit_entry(
        actor=here.mei, entry=entry, wishes=[(variant(tea).pk, 2)], key=key()
    )
    assert (changed.back, changed.top_up.total, left(rice), left(tea)) == (1_600, 1_000, 10, 8)
    entry.refresh_from_db()
    assert entry.state == "held"
    with pytest.raises(errors.CampaignNotFound):
        actions.edit_entry(actor=here.li, entry=entry, wishes=[], key=key())


@pytest.mark.req("M05")
@pytest.mark.parametrize("wrong", [-1, 1.5, "2", 10_000])
def test_an_entry_refuses_what_is_no_number(here, wrong):
    campaign = start(here, "chain")
    buy(here, campaign, here.mei, 2)
    with pytest.raises(errors.InvalidOrder):
        edit(campaign, here.mei, wrong)


@pytest.mark.req("M05")
def test_who_waits_moves_up_in_order_and_has_time_to_pay(here, clock):
    campaign = start(here, "chain", product(here, stock=2))
    held = join(campaign, here.mei, 2).order
    first, second = person("First"), person("Second")
    with pytest.raises(errors.SoldOut):
        join(campaign, first)
    assert join(campaign, first, wait=True).order is None
    assert join(campaign, second, wait=True).entry.number == 3
    clock.move(timedelta(minutes=31))
    # Before any sweeper came: what is free belongs to who waits, not to who comes now.
    with pytest.raises(errors.SoldOut):
        join(campaign, here.li)
    assert numbers(campaign) == [2, 3]
    moved = Order.objects.get(buyer=first)
    assert (moved.state, moved.expires_at) == ("placed", now() + timedelta(minutes=30))
    assert state(held) == "expired"
    assert len(events("entry_moved_up")) == 2


@pytest.mark.req("M05")
def test_nobody_passes_who_waits_for_the_same(here):
    campaign = start(here, "chain", product(here, stock=3))
    join(campaign, here.mei, 2)
    join(campaign, here.li, 2, wait=True)
    with pytest.raises(errors.SoldOut):
        join(campaign, here.stranger, 1)
    actions.leave_queue(actor=here.li, campaign=campaign)
    assert join(campaign, here.stranger, 1).order
    assert actions.leave_queue(actor=here.li, campaign=campaign) is False


@pytest.mark.req("M05")
def test_a_closed_chain_takes_nothing_in_and_lists_per_point(here):
    one = actions.save_point(actor=here.owner, shop=here.shop, name="Gate", address="East 1")
    two = actions.save_point(actor=here.owner, shop=here.shop, name="Mill", address="West 2")
    campaign = start(here, "chain", product(here, kind="physical", stock=20))
    buy(here, campaign, here.mei, 2, delivery=Delivery("pickup", point=one.pk))
    buy(here, campaign, here.li, 1, delivery=Delivery("pickup", point=two.pk))
    unpaid = join(campaign, here.stranger, delivery=SHIP).order
    actions.close_campaign(actor=here.owner, campaign=campaign)
    actions.look_after_campaigns()
    actions.expire_due_orders()
    lists = queries.campaign_list(campaign, viewer=here.owner)
    assert {point: [(e.number, e.name) for e in some] for point, some in lists.items()} == {
        "Gate": [(1, "Mei")], "Mill": [(2, "Li")],
    }  # fmt: skip
    assert (state(unpaid), left(campaign.product)) == ("expired", 17)
    with pytest.raises(errors.CampaignOver):
        join(campaign, person("Late"), delivery=SHIP)
    with pytest.raises(errors.CampaignOver):
        edit(campaign, here.mei, 1)
    with pytest.raises(errors.CampaignOver):
        actions.close_campaign(actor=here.owner, campaign=campaign)
    with pytest.raises(Exception, match="permission"):
        queries.campaign_list(campaign, viewer=here.mei)


@pytest.mark.req("M05")
def test_names_can_be_masked(here):
    campaign = start(here, "chain", masked=True)
    buy(here, campaign, here.mei)
    buy(here, campaign, here.li)
    seen = {}
    for who in (None, here.mei, here.owner):
        view = queries.get_campaign(campaign.uid, viewer=who, community=here.community)
        seen[who and who.name] = [one.name for one in queries.places(view, viewer=who)]
    assert seen == {None: ["M**", "L**"], "Mei": ["Mei", "L**"], "Owner": ["Mei", "Li"]}


@pytest.mark.req("M05")
def test_a_member_leads_what_was_offered_once_it_is_agreed_to(here):
    offer = start(here, "chain", offer=True, item={"steps": [(10, 600)]})
    times = {"starts_at": now(), "ends_at": now() + HOUR}
    with pytest.raises(errors.MembersOnlyShop):
        actions.propose_campaign(actor=here.stranger, offer=offer, **times)
    mine = actions.propose_campaign(actor=here.mei, offer=offer, title="Mei's", **times)
    with pytest.raises(errors.CampaignOver):
        join(mine, here.li)
    with pytest.raises(Exception, match="permission"):
        actions.approve_campaign(actor=here.mei, campaign=mine)
    mine = actions.approve_campaign(actor=here.owner, campaign=mine)
    assert (mine.host, mine.decided_by, mine.offer) == (here.mei, here.owner, offer)
    assert mine.items.get().steps == [[10, 600]]
    buy(here, mine, here.li)
    actions.close_campaign(actor=here.mei, campaign=mine)
    assert queries.campaign_list(mine, viewer=here.mei)[""][0].name == "Li"
    other = actions.propose_campaign(actor=here.mei, offer=offer, **times)
    declined = actions.decline_campaign(actor=here.owner, campaign=other, reason="Enough.")
    assert (declined.state, declined.end_reason) == ("declined", "Enough.")


@pytest.mark.req("M06")
def test_a_drop_sells_exactly_what_was_set_aside_beforehand(here):
    rice = product(here, stock=10)
    campaign = start(here, "drop", rice, item={"own": 4}, most=3)
    assert left(rice) == 10  # four of them belong to the drop
    assert Stock.objects.get(variant__product=rice, campaign=None).amount == 6
    with pytest.raises(errors.TooManyForOne):
        join(campaign, here.mei, 4)
    made = buy(here, campaign, here.mei, 3)
    assert made.state == "fulfilled"
    last = join(campaign, here.li, 1).order
    campaign.refresh_from_db()
    assert (campaign.sold_out_at is not None, len(events("drop_sold_out"))) == (True, 1)
    with pytest.raises(errors.SoldOut):
        join(campaign, here.stranger)
    actions.cancel_order(actor=here.li, order=last)
    campaign.refresh_from_db()
    assert campaign.sold_out_at is None
    over(campaign)
    assert Stock.objects.get(variant__product=rice, campaign=None).amount == 7
    with pytest.raises(errors.SoldOut):
        start(here, "drop", rice, item={"own": 8})


@pytest.mark.req("M06")
def test_batches_are_told_beforehand_and_sold_from_their_moment_on(here, clock):
    rice = product(here, stock=10)
    begins = now()
    batches = [(begins, 1), (begins + HOUR, 2)]
    campaign = start(here, "drop", rice, starts_at=begins, item={"own": None, "batches": batches})
    buy(here, campaign, here.mei)
    with pytest.raises(errors.SoldOut):
        join(campaign, here.li)
    view = queries.get_campaign(campaign.uid, viewer=None, community=here.community)
    assert (view.items[0].left, len(view.items[0].batches)) == (0, 2)
    clock.move(HOUR)
    view = queries.get_campaign(campaign.uid, viewer=None, community=here.community)
    assert view.items[0].left == 2
    assert join(campaign, here.li).order
    over(campaign)
    actions.expire_due_orders()
    clock.move(HOUR)
    actions.expire_due_orders()
    actions.look_after_campaigns()
    assert Stock.objects.get(variant__product=rice, campaign=None).amount == 9


@pytest.mark.req("M06")
def test_a_batch_that_never_opened_comes_home(here):
    rice = product(here, stock=10)
    batches = [(now(), 1), (now() + 5 * HOUR, 2)]
    campaign = start(here, "drop", rice, item={"own": None, "batches": batches})
    assert Stock.objects.get(variant__product=rice, campaign=None).amount == 7
    over(campaign)
    assert left(rice) == 10
    assert Stock.objects.get(variant__product=rice, campaign=None).amount == 10


@pytest.mark.req("M06")
def test_nothing_is_sold_before_its_time_or_after(here, clock):
    campaign = start(here, "drop", starts_at=now() + HOUR, ends_at=now() + 2 * HOUR)
    with pytest.raises(errors.CampaignNotStarted):
        join(campaign, here.mei)
    clock.move(HOUR)
    assert join(campaign, here.mei).order
    clock.move(HOUR)
    with pytest.raises(errors.CampaignOver):
        join(campaign, here.li)


@pytest.mark.req("K05")
@pytest.mark.parametrize(
    ("kind", "least", "good"),
    [("units", 5, True), ("units", 6, False), ("amount", 4_000, True), ("amount", 4_001, False),
     ("buyers", 2, True), ("buyers", 3, False)],
)  # fmt: skip
def test_a_pledge_is_all_or_nothing(here, kind, least, good):
    campaign = start(here, "pledge", threshold_kind=kind, threshold=least)
    buy(here, campaign, here.mei, 3)
    buy(here, campaign, here.li, 2)
    join(campaign, here.stranger, 9)  # not paid: it counts for nothing
    over(campaign)
    assert campaign.state == ("closed" if good else "failed")
    kept = Order.objects.exclude(buyer=here.stranger).values_list("state", flat=True)
    assert set(kept) == {"fulfilled" if good else "refunded"}
    assert free(here, "escrow", "credit-CNY") == (4_000 if good else 0)
    assert len(events("campaign_closed")) + len(events("campaign_failed")) == 1
    actions.look_after_campaigns()
    clean(here)


@pytest.mark.req("K05")
def test_the_end_judges_before_any_sweeper_came(paid_by_till, clock):
    here = paid_by_till
    campaign = start(here, "pledge", threshold=1, ends_at=now() + 20 * timedelta(minutes=1))
    early = buy(here, campaign, here.mei)
    made = join(campaign, here.li).order
    payment = actions.begin_payment(actor=here.li, order=made, provider="till")
    clock.move(timedelta(minutes=20))
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    actions.try_refunds()
    with pytest.raises(errors.CampaignOver):
        actions.cancel_order(actor=here.mei, order=early)
    actions.look_after_campaigns()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.snapshot["units"]) == ("closed", 1)
    assert free(here, "clearing") == 0
    clean(here)


@pytest.mark.req("K05")
def test_options_are_said_with_each_order_and_kept(here):
    options = [{"name": "Size", "required": True, "choices": ["S", "M"]}, {"name": "Words"}]
    campaign = start(here, "pledge", options=options)
    for wrong in ({}, {"Size": "XL"}, {"Size": "S", "Words": "x" * 201}):
        with pytest.raises(errors.InvalidOrder):
            join(campaign, here.mei, options=wrong)
    made = join(campaign, here.mei, options={"Size": "M", "Words": "To Li", "Other": "x"}).order
    assert made.options == {"Size": "M", "Words": "To Li"}


@pytest.mark.req("K05")
def test_a_threshold_is_lowered_in_public_only_and_never_raised(here):
    campaign = start(here, "pledge", threshold=5)
    buy(here, campaign, here.mei, 2)
    for wrong in (5, 6, 0, True):
        with pytest.raises(errors.InvalidCampaign):
            actions.lower_threshold(
                actor=here.owner, campaign=campaign, to=wrong, reason="Maker agrees"
            )
    actions.lower_threshold(actor=here.owner, campaign=campaign, to=2, reason="Maker agrees")
    over(campaign)
    assert (campaign.state, campaign.lowered_from) == ("closed", 5)
    with pytest.raises(errors.CampaignOver):
        actions.lower_threshold(actor=here.owner, campaign=campaign, to=1, reason="More")
    with pytest.raises(errors.InvalidCampaign):
        actions.close_campaign(
            actor=here.owner, campaign=start(here, "pledge", product(here, title="Tea"))
        )


@pytest.mark.req("K05")
def test_a_campaign_that_is_called_off_pays_everybody_back(here):
    campaign = start(here, "pledge")
    buy(here, campaign, here.mei, 6)
    actions.cancel_campaign(actor=here.owner, campaign=campaign, reason="The oven broke.")
    actions.look_after_campaigns()
    assert wallet(here, here.mei) == 4_800
    assert Order.objects.get().end_reason == "The oven broke."
    clean(here)


@pytest.mark.req("K05")
def test_a_preorder_without_a_minimum_always_happens(here):
    campaign = start(here, "preorder", ships_on=(now() + 30 * 24 * HOUR).date())
    buy(here, campaign, here.mei)
    assert over(campaign).state == "closed"


@pytest.mark.req("M05")
def test_everybody_pays_the_price_that_all_reached_together(here):
    campaign = start(here, "chain", item={"steps": [(3, 700), (5, 500)]})
    buy(here, campaign, here.mei, 2)
    buy(here, campaign, here.li, 3)
    over(campaign)
    assert (wallet(here, here.mei), wallet(here, here.li)) == (600, 900)
    assert campaign.items.get().closed_price == 500
    assert free(here, "escrow", "credit-CNY") == 2_500
    clean(here)


@pytest.mark.req("K04")
def test_wishes_fill_whole_cases_and_tolerance_fills_the_last(here):
    campaign = start(here, "pool", item={"case": 6})
    buy(here, campaign, here.mei, 4)
    buy(here, campaign, here.li, 3, more=3)
    buy(here, campaign, here.stranger, 3)
    over(campaign)
    got = dict(Order.objects.values_list("buyer__name", "lines__quantity"))
    assert got == {"Mei": 4, "Li": 5, "Zhao": 3}
    assert (wallet(here, here.li), campaign.snapshot["units"]) == (800, 12)
    assert free(here, "escrow", "credit-CNY") == 12 * 800
    clean(here)


@pytest.mark.req("K04")
def test_who_comes_last_goes_without_when_no_case_fills(here):
    campaign = start(here, "pool", item={"case": 6})
    buy(here, campaign, here.mei, 4)
    buy(here, campaign, here.li, 3)
    buy(here, campaign, here.stranger, 2)
    over(campaign)
    assert (wallet(here, here.mei), wallet(here, here.li), wallet(here, here.stranger)) == (
        0, 800, 1_600,
    )  # fmt: skip
    assert state(Order.objects.get(buyer=here.stranger)) == "refunded"
    clean(here)


@pytest.mark.req("K04")
def test_a_pool_that_fills_no_case_pays_everybody_back(here):
    campaign = start(here, "pool", item={"case": 6})
    buy(here, campaign, here.mei, 5)
    assert over(campaign).state == "failed"
    assert wallet(here, here.mei) == 4_000
    with pytest.raises(errors.InvalidOrder):
        join(start(here, "pledge"), here.li, more=2)


def test_a_key_joins_once_and_waits_once(here):
    campaign = start(here, "chain", product(here, stock=2))
    once = join(campaign, here.mei, 2, key="one")
    assert join(campaign, here.mei, 2, key="one").order == once.order
    with pytest.raises(errors.OrderKeyReused):
        join(campaign, here.mei, 1, key="one")
    waits = join(campaign, here.li, key="two", wait=True)
    assert join(campaign, here.li, key="two", wait=True).entry == waits.entry
    with pytest.raises(errors.AlreadyIn):
        join(campaign, here.li, key="three", wait=True)
    with pytest.raises(errors.PriceChanged):
        join(start(here, "pledge"), here.li, total=1)


def test_what_does_not_fit_a_kind_is_refused(here):
    made = product(here)
    one, moment = variant(made).pk, now()
    good = {"starts_at": moment, "ends_at": moment + HOUR}
    wrongs = [
        ("nothing", [Item(one, 1)], {}),
        ("chain", [], {}),
        ("chain", [Item(one, 1), Item(one, 2)], {}),
        ("chain", [Item(10**9, 1)], {}),
        ("chain", [Item(one, -1)], {}),
        ("chain", [Item(one, 1)], {"ends_at": moment}),
        ("chain", [Item(one, 1)], {"ends_at": moment + 400 * 24 * HOUR}),
        ("chain", [Item(one, 1)], {"title": " "}),
        ("chain", [Item(one, 1)], {"title": "x" * 81}),
        ("chain", [Item(one, 1)], {"size": 3}),
        ("chain", [Item(one, 1)], {"threshold_kind": "units", "threshold": 3}),
        ("chain", [Item(one, 1)], {"most": 0}),
        ("chain", [Item(one, 1)], {"options": [{"name": ""}]}),
        ("chain", [Item(one, 9, steps=[(5, 10)])], {}),
        ("chain", [Item(one, 9, steps=[(5, 8), (6, 8)])], {}),
        ("chain", [Item(one, 9, own=3)], {}),
        ("chain", [Item(one, 9, case=6)], {}),
        ("team", [Item(one, 1)], {"size": 1}),
        ("team", [Item(one, 1)], {"window": 0}),
        ("pledge", [Item(one, 1)], {"threshold_kind": ""}),
        ("pledge", [Item(one, 1)], {"threshold": 0}),
        ("drop", [Item(one, 1)], {}),
        ("drop", [Item(one, 1, batches=[(moment - HOUR, 1)])], {}),
    ]
    for kind, items, said in wrongs:
        with pytest.raises(errors.InvalidCampaign):
            actions.start_campaign(
                actor=here.owner, shop=here.shop, plan=plan(kind, items, **{**good, **said})
            )
    with pytest.raises(Exception, match="permission"):
        actions.start_campaign(actor=here.mei, shop=here.shop, plan=plan("chain", [Item(one, 1)]))
    with pytest.raises(errors.InvalidCampaign):
        start(here, "drop", made, offer=True)
    assert Campaign.objects.count() == 0


def test_a_limit_of_the_product_holds_in_a_campaign_too(here):
    campaign = start(here, "chain", product(here, variant={"most": 2}))
    with pytest.raises(errors.TooManyForOne):
        join(campaign, here.mei, 3)
    buy(here, campaign, here.mei, 2)
    edit(campaign, here.mei, 1)
    assert Taken.objects.get().amount == 1


def test_something_that_is_not_in_the_campaign_cannot_be_had_there(here):
    campaign, other = start(here, "chain"), product(here, title="Tea")
    asked = ask(campaign)
    asked.wishes[0] = asked.wishes[0]._replace(variant=variant(other).pk)
    with pytest.raises(errors.ProductNotFound):
        actions.join_campaign(actor=here.mei, campaign=campaign, ask=asked, key=key())


def test_a_cut_off_is_a_wall_clock_of_the_community():
    moment = now().date()
    east = rules.cut_off(moment, time(20), "Asia/Shanghai")
    west = rules.cut_off(moment, time(20), "America/New_York")
    assert timedelta(hours=12) <= west - east <= timedelta(hours=13)


def test_every_kind_is_whole():
    for code, kind in rules.kinds().items():
        assert kind.code == code
        assert kind.places in {"teams", "entries"}
        assert kind.stock in {"shop", "own", "open"}
        assert kind.needs_threshold <= bool(kind.thresholds)
        assert kind.judged or not kind.thresholds
