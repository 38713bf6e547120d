"""Team buys: seats are held with the order and paid with its money, never more than there are."""

from datetime import timedelta

import pytest

from qunluo.kernel.clock import now
from qunluo.market import actions, errors
from qunluo.market.models import Order, Refund, Seat, Team
from tests.community.makers import person
from tests.market.campaign_makers import HOUR, begin_team, buy, join, live, over, pay, start
from tests.market.makers import clean, credit, events, free, left, product, state
from tests.market.stand_in import paid

pytestmark = [pytest.mark.django_db, pytest.mark.req("M05")]


def begin(here, made):
    return actions.begin_payment(actor=made.buyer, order=made, provider="till")


def test_a_team_exists_once_its_leader_has_paid(here):
    campaign = start(here, "team")
    made = join(campaign, here.mei).order
    assert (Team.objects.count(), made.total, made.waits) == (0, 800, True)
    pay(here, made)
    team = Team.objects.get()
    assert (team.leader_id, team.size, team.number, team.state) == (here.mei.pk, 3, 1, "forming")
    assert state(made) == "paid"
    assert [e.data["number"] for e in events("seat_paid")] == [1]
    assert free(here, "escrow", "credit-CNY") == 800


def test_a_team_ends_with_its_window_or_with_the_campaign(here, clock):
    campaign = start(here, "team", ends_at=now() + 90 * timedelta(minutes=1))
    first = begin_team(here, campaign, here.mei)
    assert first.expires_at == now() + HOUR
    clock.move(HOUR)
    assert begin_team(here, campaign, here.li).expires_at == campaign.ends_at


def test_the_last_seat_paid_forms_the_team_and_its_orders_are_taken_on(here):
    campaign = start(here, "team")
    team = begin_team(here, campaign, here.mei)
    buy(here, campaign, here.li, team=team)
    actions.look_after_campaigns()
    assert set(Order.objects.values_list("state", flat=True)) == {"paid"}
    buy(here, campaign, here.stranger, team=team)
    team.refresh_from_db()
    assert team.state == "formed"
    actions.look_after_campaigns()
    assert set(Order.objects.values_list("state", "waits")) == {("fulfilled", False)}
    assert len(events("team_formed")) == 1
    clean(here)


def test_a_member_has_one_seat_of_a_team_and_a_full_one_takes_nobody(here):
    campaign = start(here, "team", size=2)
    team = begin_team(here, campaign, here.mei)
    with pytest.raises(errors.AlreadyIn):
        join(campaign, here.mei, team=team)
    join(campaign, here.li, team=team)
    with pytest.raises(errors.TeamFull):
        join(campaign, here.stranger, team=team)
    assert Order.objects.count() == 2
    assert left(campaign.product) == 8


def test_a_seat_that_is_not_paid_in_time_is_free_before_any_sweeper_came(here, clock):
    campaign = start(here, "team", size=2, window=24 * 60)
    team = begin_team(here, campaign, here.mei)
    held = join(campaign, here.li, team=team).order
    clock.move(timedelta(minutes=31))
    other = join(campaign, here.stranger, team=team).order
    assert live(team) == 2
    # Paid all the same, there is no seat any more: it goes back whole.
    with pytest.raises(errors.OrderOver):
        actions.pay_from_credit(actor=here.li, order=held)
    pay(here, other)
    team.refresh_from_db()
    assert team.state == "formed"


@pytest.mark.parametrize("swept", [False, True])
def test_late_money_takes_a_free_seat(paid_by_till, clock, swept):
    here = paid_by_till
    campaign = start(here, "team", size=2, window=24 * 60)
    team = begin_team(here, campaign, here.mei)
    made = join(campaign, here.li, team=team).order
    payment = begin(here, made)
    clock.move(timedelta(minutes=31))
    if swept:
        actions.expire_due_orders()
        assert (live(team), state(made)) == (1, "expired")
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    team.refresh_from_db()
    assert (team.state, state(made), live(team)) == ("formed", "paid", 2)
    clean(here)


def test_late_money_without_a_free_seat_goes_back(paid_by_till, clock):
    here = paid_by_till
    campaign = start(here, "team", size=2, window=24 * 60)
    team = begin_team(here, campaign, here.mei)
    made = join(campaign, here.li, team=team).order
    payment = begin(here, made)
    clock.move(timedelta(minutes=31))
    actions.expire_due_orders()
    join(campaign, here.stranger, team=team)
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    actions.try_refunds()
    assert (state(made), Refund.objects.get().state, free(here, "clearing")) == (
        "expired",
        "done",
        0,
    )
    assert live(team) == 2
    clean(here)


def test_money_after_the_window_goes_back_before_any_sweeper_came(paid_by_till, clock):
    here = paid_by_till
    campaign = start(here, "team", size=2, window=20)
    team = begin_team(here, campaign, here.mei)
    made = join(campaign, here.li, team=team).order
    assert made.expires_at == team.expires_at
    payment = begin(here, made)
    clock.move(timedelta(minutes=20))
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    actions.try_refunds()
    actions.look_after_campaigns()
    actions.expire_due_orders()
    team.refresh_from_db()
    assert (team.state, free(here, "clearing"), free(here, "escrow", "credit-CNY")) == (
        "failed",
        0,
        0,
    )
    assert left(campaign.product) == 10
    clean(here)


def test_a_team_that_fails_pays_everybody_back_and_tries_until_it_is_done(paid_by_till, clock):
    here = paid_by_till
    campaign = start(here, "team")
    payment = begin(here, join(campaign, here.mei).order)
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    team = Team.objects.get()
    buy(here, campaign, here.li, team=team)
    here.till.down = True
    clock.move(HOUR)
    actions.look_after_campaigns()
    for _minute in range(5):
        actions.try_refunds()
        clock.move(timedelta(minutes=5))
    assert Refund.objects.filter(state="wanted").count() == 1
    here.till.down = False
    clock.move(HOUR)
    actions.try_refunds()
    assert set(Refund.objects.values_list("state", flat=True)) == {"done"}
    assert set(Order.objects.values_list("state", flat=True)) == {"refunded"}
    assert (left(campaign.product), free(here, "clearing"), free(here, "escrow")) == (10, 0, 0)
    assert free(here, "", "credit-CNY", here.li) == 800
    assert len(events("team_failed")) == 1
    clean(here)


def test_the_lead_passes_to_who_paid_first(here, clock):
    campaign = start(here, "team", size=4)
    team = begin_team(here, campaign, here.mei)
    early, late = person("Early"), person("Late")
    slow = join(campaign, late, team=team).order
    clock.move(timedelta(minutes=1))
    buy(here, campaign, early, team=team)
    clock.move(timedelta(minutes=1))
    pay(here, slow)
    first = Order.objects.get(buyer=here.mei)
    actions.cancel_order(actor=here.mei, order=first)
    team.refresh_from_db()
    assert (team.leader_id, team.state, live(team)) == (early.pk, "forming", 2)
    assert free(here, "", "credit-CNY", here.mei) == 800


def test_a_team_that_everybody_left_has_failed(here):
    campaign = start(here, "team")
    team = begin_team(here, campaign, here.mei)
    actions.cancel_order(actor=here.mei, order=Order.objects.get())
    team.refresh_from_db()
    assert (team.state, live(team)) == ("failed", 0)


def test_a_refund_after_success_does_not_dissolve_the_team(here):
    campaign = start(here, "team", size=2)
    team = begin_team(here, campaign, here.mei)
    made = buy(here, campaign, here.li, team=team)
    with pytest.raises(errors.CampaignOver):
        actions.cancel_order(actor=here.li, order=made)
    actions.refund_order(actor=here.owner, order=made, amount=800, reason="Broken")
    actions.look_after_campaigns()
    team.refresh_from_db()
    assert (team.state, live(team), state(made)) == ("formed", 2, "refunded")
    assert state(Order.objects.get(buyer=here.mei)) == "fulfilled"
    clean(here)


def test_nothing_is_sent_while_the_team_is_forming(here):
    campaign = start(here, "team")
    begin_team(here, campaign, here.mei)
    made = Order.objects.get()
    with pytest.raises(errors.OrderWaits):
        actions.confirm_order(actor=here.owner, order=made)
    assert events("order_confirmed") == []


def test_fewer_may_be_enough_by_a_word_that_everybody_reads(here):
    campaign = start(here, "team", size=4)
    team = begin_team(here, campaign, here.mei)
    buy(here, campaign, here.li, team=team)
    lower = {"actor": here.owner, "team": team}
    with pytest.raises(errors.InvalidCampaign):
        actions.lower_team(**lower, to=2, reason=" ")
    with pytest.raises(errors.InvalidCampaign):
        actions.lower_team(**lower, to=4, reason="Rain")
    with pytest.raises(Exception, match="permission"):
        actions.lower_team(actor=here.mei, team=team, to=2, reason="Rain")
    lowered = actions.lower_team(**lower, to=2, reason="Rain")
    assert (lowered.state, lowered.lowered_from, lowered.lower_reason) == ("formed", 4, "Rain")
    told = events("threshold_lowered")[0]
    assert (told.audit, told.data["before"], told.data["after"]) == (True, 4, 2)


def test_lowering_takes_nobodys_seat(here):
    campaign = start(here, "team", size=4)
    team = begin_team(here, campaign, here.mei)
    gone = join(campaign, here.li, team=team).order
    buy(here, campaign, here.stranger, team=team)
    actions.cancel_order(actor=here.li, order=gone)
    with pytest.raises(errors.InvalidCampaign):
        actions.lower_team(actor=here.owner, team=team, to=1, reason="Rain")
    actions.lower_team(actor=here.owner, team=team, to=3, reason="Rain")
    kept = Seat.objects.filter(team=team, state="paid").order_by("number")
    assert list(kept.values_list("number", flat=True)) == [1, 2]


def test_a_ladder_charges_the_top_and_pays_the_difference_back_at_the_end(here):
    campaign = start(here, "team", size=2, item={"steps": [(2, 700), (4, 600)]})
    one = begin_team(here, campaign, here.mei)
    buy(here, campaign, here.li, team=one)
    two = begin_team(here, campaign, here.stranger)
    buy(here, campaign, person("Wu"), team=two)
    begin_team(here, campaign, person("Alone"))
    actions.look_after_campaigns()
    assert free(here, "escrow", "credit-CNY") == 5 * 800
    over(campaign)
    assert free(here, "escrow", "credit-CNY") == 4 * 600
    assert sorted(Order.objects.values_list("state", "refunded", "rebate")) == [
        *[("fulfilled", 200, 200)] * 4, ("refunded", 800, None),
    ]  # fmt: skip
    actions.look_after_campaigns()
    assert free(here, "escrow", "credit-CNY") == 4 * 600
    clean(here)


def test_one_person_has_no_more_than_the_limit_in_all_teams(here):
    campaign = start(here, "team", most=2)
    begin_team(here, campaign, here.mei)
    begin_team(here, campaign, here.mei)
    with pytest.raises(errors.TooManyForOne):
        join(campaign, here.mei)
    actions.cancel_order(actor=here.mei, order=Order.objects.order_by("pk").first())
    join(campaign, here.mei)


def test_a_free_order_takes_its_seat_at_once(here):
    campaign = start(here, "team", price=0, size=2)
    join(campaign, here.mei)
    team = Team.objects.get()
    join(campaign, here.li, team=team)
    actions.look_after_campaigns()
    assert set(Order.objects.values_list("state", flat=True)) == {"fulfilled"}


def test_the_campaign_price_is_its_own_and_members_only_stays_so(here):
    campaign = start(here, "team", product(here, price=500), price=900)
    assert join(campaign, here.mei).order.total == 900
    here.shop.audience = "members"
    here.shop.save()
    with pytest.raises(errors.MembersOnlyShop):
        join(campaign, here.stranger)


def test_who_cannot_pay_founds_no_team(here):
    campaign = start(here, "team")
    made = join(campaign, here.mei).order
    credit(here, here.mei, 100)
    with pytest.raises(Exception, match="enough"):
        actions.pay_from_credit(actor=here.mei, order=made)
    assert (Team.objects.count(), Seat.objects.count()) == (0, 0)
