"""Shares of a harvest: what is agreed on, what is delivered, what is paid, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.kernel.clock import now
from qunluo.kernel.definitions import load_file
from qunluo.kernel.delivery import drain
from qunluo.market import actions, errors, queries
from qunluo.market.actions import share_letters
from qunluo.market.actions.own_data import erase
from qunluo.market.models import Entitlement, Order, ShareContract, ShareDelivery
from qunluo.market.queries.own_data import blockers, own_documents
from tests.community.makers import member
from tests.market.makers import clean, events, product, state
from tests.market.makers import free as lies
from tests.market.share_makers import (
    DAY,
    ask,
    boxes,
    free,
    hold,
    pay_part,
    plan,
    point,
    season,
    states,
    sweep,
)
from tests.market.stand_in import paid

pytestmark = [pytest.mark.django_db, pytest.mark.req("N10")]


@pytest.fixture
def spring(here, clock):
    """Four weekly boxes for 80.00, two may be skipped, a depot of five places."""
    return season(here)


def deliveries(season):
    return list(season.deliveries.order_by("day"))


def test_a_share_promises_one_box_for_each_delivery_once_its_first_part_is_paid(here, spring):
    contract = ask(spring, here.mei)
    assert (contract.state, contract.price, contract.boxes) == ("asked", 8_000, 4)
    assert free(spring) == [4, 4, 4, 4]
    order = pay_part(here, contract)
    contract.refresh_from_db()
    assert (contract.state, order.state, order.gives) == ("active", "confirmed", "share")
    assert states(contract) == ["planned"] * 4
    assert lies(here, "escrow", "credit-CNY") == 8_000
    clean(here)


def test_the_price_that_was_agreed_on_stays_whatever_the_size_costs_by_now(here, spring):
    contract = hold(here, spring, here.mei, parts=2)
    actions.save_variant(
        actor=here.owner, product=spring.product, variant=spring.size, price=99_000, name="Whole"
    )
    contract.refresh_from_db()
    assert (contract.price, contract.size) == (8_000, "")
    actions.list_product(actor=here.owner, product=spring.product)
    later = ask(spring, here.li)
    assert later.price == 99_000


def test_what_is_not_paid_in_time_gives_its_places_back(here, spring, clock):
    contract = ask(spring, here.mei)
    clock.move(timedelta(minutes=31))
    sweep()
    contract.refresh_from_db()
    assert (contract.state, free(spring)) == ("cancelled", [5, 5, 5, 5])
    assert states(contract) == ["cancelled"] * 4
    assert ask(spring, here.mei).state == "asked"


def test_who_comes_later_pays_for_what_is_left(here, spring, clock):
    clock.move_to(deliveries(spring)[0].cut_off_at)
    contract = ask(spring, here.mei)
    assert (contract.price, contract.boxes, contract.season_price) == (6_000, 3, 8_000)


def test_the_same_key_asks_once(here, spring):
    one = ask(spring, here.mei, key="same")
    assert ask(spring, here.mei, key="same") == one
    other = season(here, title="Autumn")
    with pytest.raises(errors.OrderKeyReused):
        ask(other, here.mei, key="same")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"signed": " "}, errors.InvalidShare),
        ({"parts": 7}, errors.InvalidShare),
        ({"price": 1}, errors.PriceChanged),
        ({"key": ""}, errors.OrderKeyReused),
    ],
)
def test_an_odd_wish_is_refused(here, spring, said, error):
    with pytest.raises(error):
        ask(spring, here.mei, **said)
    assert not ShareContract.objects.exists()


def test_a_person_has_one_share_and_only_of_this_season(here, spring):
    ask(spring, here.mei)
    with pytest.raises(errors.AlreadyIn):
        ask(spring, here.mei)
    other = season(here, title="Autumn")
    with pytest.raises(errors.SeasonNotFound):
        ask(spring, here.li, depot=other.depot)


def test_a_full_depot_has_a_queue_in_which_the_first_moves_up(here, clock):
    spring = season(here, room=1)
    held = ask(spring, here.mei)
    with pytest.raises(errors.DepotFull):
        ask(spring, here.li)
    waits = ask(spring, here.li, wait=True)
    wang = member(here.community, "Wang")
    after = ask(spring, wang, wait=True)
    assert (waits.state, after.state) == ("waiting", "waiting")
    assert (waits.boxes, waits.price, waits.season_price) == (0, 0, 8_000)
    clock.move(timedelta(minutes=31))
    sweep()
    for one in (held, waits, after):
        one.refresh_from_db()
    assert [held.state, waits.state, after.state] == ["cancelled", "asked", "waiting"]
    assert waits.instalments.get().order.expires_at == now() + timedelta(hours=48)
    with pytest.raises(errors.DepotFull):
        ask(spring, here.mei)  # who waits comes first
    pay_part(here, waits)
    actions.cancel_share(actor=wang, contract=after)
    after.refresh_from_db()
    assert after.state == "cancelled"


def test_a_box_is_skipped_before_its_time_and_within_the_quota(here, spring, clock):
    contract = hold(here, spring, here.mei)
    one, two, three, four = boxes(contract)
    clock.move_to(one.handed.cut_off_at)
    with pytest.raises(errors.CutOffOver):
        actions.skip_box(actor=here.mei, box=one)
    for box in (two, three, three):
        actions.skip_box(actor=here.mei, box=box)
    with pytest.raises(errors.NoAbsenceLeft):
        actions.skip_box(actor=here.mei, box=four)
    with pytest.raises(errors.ShareNotFound):
        actions.skip_box(actor=here.li, box=four)
    assert states(contract) == ["planned", "skipped", "skipped", "planned"]
    assert free(spring)[1] == 4  # it is packed all the same, for the pool


def test_a_skipped_box_comes_back_as_credit_where_the_season_says_so(here, clock):
    spring = season(here, skip_gives="credit")
    contract = hold(here, spring, here.mei, parts=2)
    one, _two, three, _four = boxes(contract)
    actions.skip_box(actor=here.mei, box=one)
    actions.skip_box(actor=here.mei, box=three)
    assert free(spring)[0] == 5
    assert lies(here, "", "credit-CNY", here.mei) == 2_000  # of the part that is paid
    clock.move_to(contract.instalments.get(number=2).due_at)
    sweep()
    pay_part(here, contract, 2)
    assert lies(here, "", "credit-CNY", here.mei) == 4_000
    clean(here)


def test_a_box_moves_once_to_where_there_is_room(here, clock):
    spring = season(here, room=1, points=("Mill", "Church"))
    church = spring.depots.get(point__name="Church")
    contract = hold(here, spring, here.mei)
    hold(here, spring, here.li, depot=church)
    one, two = boxes(contract)[:2]
    with pytest.raises(errors.DepotFull):
        actions.move_box(actor=here.mei, box=one, to=two.handed)
    with pytest.raises(errors.DepotFull):
        actions.move_box(actor=here.mei, box=one, to=one.handed, depot=church)
    actions.set_depot(actor=here.owner, depot=church, capacity=2)
    moved = actions.move_box(actor=here.mei, box=one, to=two.handed, depot=church)
    assert (moved.state, moved.handed_id, moved.depot_id) == ("moved", two.handed_id, church.pk)
    assert (free(spring)[0], free(spring, church)[1]) == (1, 0)
    with pytest.raises(errors.BoxMovedOn):
        actions.move_box(actor=here.mei, box=one, to=one.delivery)
    with pytest.raises(errors.InvalidShare):
        actions.move_box(actor=here.mei, box=two, to=two.handed)
    with pytest.raises(errors.InvalidSeason):
        actions.set_depot(actor=here.owner, depot=church, capacity=1)


@pytest.mark.req("N10")
def test_a_pick_up_point_that_is_added_later_takes_boxes_of_every_day(here, clock):
    spring = season(here, room=1, points=("Mill",))
    hold(here, spring, here.mei)
    mill, barn = spring.depots.get().point, point(here, "Barn")
    with pytest.raises(PermissionMissing):
        actions.add_depot(actor=here.mei, season=spring, point=barn, capacity=2)
    for where, room in ((mill, 2), (barn, 0), (barn, 10_001)):
        with pytest.raises(errors.InvalidSeason):
            actions.add_depot(actor=here.owner, season=spring, point=where, capacity=room)
    church = actions.add_depot(actor=here.owner, season=spring, point=barn, capacity=1)
    assert free(spring, church) == [1] * len(deliveries(spring))
    assert queries.shares.other_points(spring) == []
    hold(here, spring, here.li, depot=church)
    assert set(free(spring, church)) == {0}
    clean(here)


def test_boxes_are_packed_after_the_cut_off_fetched_by_code_or_missed(here, spring, clock):
    mine, other = hold(here, spring, here.mei), hold(here, spring, here.li)
    first = deliveries(spring)[0]
    with pytest.raises(errors.CutOffAhead):
        actions.pack_boxes(actor=here.owner, delivery=first)
    clock.move_to(first.cut_off_at)
    assert actions.pack_boxes(actor=here.owner, delivery=first) == 2
    assert actions.pack_boxes(actor=here.owner, delivery=first) == 0
    with pytest.raises(errors.InvalidShare):
        actions.hand_over_box(actor=here.owner, delivery=first, code="NOPE")
    assert actions.hand_over_box(actor=here.owner, delivery=first, code=mine.code.lower()) == mine
    with pytest.raises(errors.BoxMovedOn):
        actions.hand_over_box(actor=here.owner, delivery=first, code=mine.code)
    clock.move_to(first.ends_at)
    sweep()
    assert (states(mine)[0], states(other)[0]) == ("picked", "missed")
    assert len(events("box_missed")) == 1


def test_a_part_is_billed_when_due_suspends_past_its_grace_and_reinstates(here, spring, clock):
    contract = hold(here, spring, here.mei, parts=2)
    part = contract.instalments.get(number=2)
    assert (part.amount, part.boxes, part.order) == (4_000, 2, None)
    clock.move_to(part.due_at)
    sweep()
    sweep()
    part.refresh_from_db()
    assert Order.objects.filter(key__startswith=f"share:{contract.uid}:2").count() == 1
    clock.move_to(part.grace_until)
    sweep()
    assert len(events("share_suspended")) == 1
    third = deliveries(spring)[2]
    clock.move_to(max(third.cut_off_at, now()))
    assert actions.pack_boxes(actor=here.owner, delivery=third) == 0
    with pytest.raises(errors.SuspendedShare):
        actions.hand_over_box(actor=here.owner, delivery=third, code=contract.code)
    again = actions.pay_instalment(actor=here.mei, part=part)
    assert again.pk != part.order_id
    assert actions.pay_instalment(actor=here.mei, part=part) == again
    with pytest.raises(errors.ShareNotFound):
        actions.pay_instalment(actor=here.li, part=part)
    pay_part(here, contract, 2)
    assert len(events("share_reinstated")) == 1
    assert actions.pack_boxes(actor=here.owner, delivery=third) == 1
    with pytest.raises(errors.ShareMovedOn):
        actions.pay_instalment(actor=here.mei, part=part)


def test_what_a_suspended_share_does_not_get_is_missed(here, spring, clock):
    contract = hold(here, spring, here.mei, parts=2)
    part = contract.instalments.get(number=2)
    clock.move_to(part.due_at)
    sweep()
    clock.move_to(deliveries(spring)[2].ends_at)
    sweep()
    assert states(contract) == ["planned", "planned", "missed", "planned"]


def test_the_money_of_a_part_is_in_escrow_until_its_last_delivery_is_over(here, spring, clock):
    contract = hold(here, spring, here.mei, parts=2)
    order = contract.instalments.get(number=1).order
    clock.move_to(deliveries(spring)[1].ends_at - timedelta(seconds=1))
    sweep()
    assert state(order) == "confirmed"
    clock.move(timedelta(seconds=1))
    sweep()
    assert state(order) == "fulfilled"
    clock.move(40 * DAY)
    actions.receive_due_orders()
    clock.move(10 * DAY)
    actions.settle_due_orders()
    sweep()
    contract.refresh_from_db()
    assert (state(order), contract.state) == ("settled", "ended")
    assert lies(here, "sales", "credit-CNY") == 4_000
    clean(here)


@pytest.mark.parametrize(("refunds", "back"), [(True, 6_000), (False, 0)])
def test_who_ends_early_gets_back_what_the_season_says(here, clock, refunds, back):
    spring = season(here, refunds=refunds)
    contract = hold(here, spring, here.mei)
    first = deliveries(spring)[0]
    clock.move_to(first.cut_off_at)
    actions.pack_boxes(actor=here.owner, delivery=first)
    actions.cancel_share(actor=here.mei, contract=contract)
    contract.refresh_from_db()
    assert contract.state == "cancelled"
    assert states(contract) == ["packed", "cancelled", "cancelled", "cancelled"]
    assert free(spring) == [4, 5, 5, 5]
    assert lies(here, "", "credit-CNY", here.mei) == back
    with pytest.raises(errors.ShareMovedOn):
        actions.cancel_share(actor=here.mei, contract=contract)
    clean(here)


def test_the_shop_ends_a_share_with_a_reason_and_decides_what_goes_back(here, spring):
    contract = hold(here, spring, here.mei, parts=2)
    with pytest.raises(errors.InvalidShare):
        actions.cancel_share(actor=here.owner, contract=contract)
    actions.cancel_share(actor=here.owner, contract=contract, reason="Moved away", refund=True)
    assert lies(here, "", "credit-CNY", here.mei) == 4_000
    assert state(contract.instalments.get(number=1).order) == "refunded"
    unpaid = ask(spring, here.li)
    actions.cancel_share(actor=here.li, contract=unpaid)
    unpaid.refresh_from_db()
    assert (unpaid.state, free(spring)) == ("cancelled", [5] * 4)


def test_a_rise_is_paid_by_who_agrees_alone_and_silence_is_a_no(here, spring, clock):
    mine, other = hold(here, spring, here.mei), hold(here, spring, here.li)
    wang = hold(here, spring, member(here.community, "Wang"))
    rise = actions.propose_rise(
        actor=here.owner, season=spring, variant=spring.size, for_box=300, reason="Hail",
        answer_by=now() + 3 * DAY,
    )  # fmt: skip
    answers = {one.contract_id: one for one in rise.answers.all()}
    actions.skip_box(actor=here.mei, box=boxes(mine)[0])
    order = actions.answer_rise(actor=here.mei, answer=answers[mine.pk], agree=True)
    assert order.total == 900
    assert actions.answer_rise(actor=here.li, answer=answers[other.pk], agree=False) is None
    for who, contract in ((here.mei, mine), (here.li, other), (here.li, wang)):
        with pytest.raises((errors.RiseOver, errors.ShareNotFound)):
            actions.answer_rise(actor=who, answer=answers[contract.pk], agree=True)
    clock.move(3 * DAY)
    with pytest.raises(errors.RiseOver):
        actions.answer_rise(actor=wang.person, answer=answers[wang.pk], agree=True)
    assert [one.instalments.count() for one in (mine, other, wang)] == [2, 1, 1]
    clock.move(30 * DAY)
    assert not queries.shares.view_share(
        mine
    ).suspended  # who agreed and did not pay keeps the old price


def test_less_in_a_box_is_told_with_its_reason_and_stays_for_subscribers(here, spring, clock):
    first = deliveries(spring)[0]
    full = [{"name": "Peas", "amount": "1 kg"}, {"name": "Leeks", "amount": "3"}]
    actions.fill_box(actor=here.owner, delivery=first, contents=full)
    clock.move_to(first.cut_off_at)
    with pytest.raises(errors.InvalidSeason):
        actions.fill_box(actor=here.owner, delivery=first, contents=full[1:])
    actions.fill_box(actor=here.owner, delivery=first, contents=full[1:], less="Late frost")
    first.refresh_from_db()
    assert (first.contents, first.missing, first.shortfall) == (full[1:], full[:1], "Late frost")
    actions.fill_box(actor=here.owner, delivery=first, contents=full)
    first.refresh_from_db()
    assert first.missing == full[:1]


def test_holders_renew_first_then_who_waited_then_everybody(here, clock):
    spring = season(here, room=1, weeks=1)
    hold(here, spring, here.mei)
    ask(spring, here.li, wait=True)
    clock.move(20 * DAY)
    sweep()
    moment = now()
    autumn = season(
        here, title="Autumn", after=spring, holders_at=moment, waiting_at=moment + DAY,
        opens_at=moment + 2 * DAY,
    )  # fmt: skip
    sweep()
    assert [one.data["to"] for one in events("season_offered")] == ["holders"]
    with pytest.raises(errors.SeasonNotOpen):
        ask(autumn, here.li)
    ask(autumn, here.mei)
    clock.move(DAY)
    ask(autumn, here.li)
    with pytest.raises(errors.SeasonNotOpen):
        ask(autumn, here.stranger)
    clock.move(DAY)
    ask(autumn, here.stranger)
    actions.edit_season(actor=here.owner, season=autumn, closed=True)
    with pytest.raises(errors.SeasonNotOpen):
        ask(autumn, member(here.community, "Wang"))


def test_deliveries_begin_by_the_clock_of_the_place_though_it_is_put_forward(here):
    here.community.time_zone = "Europe/Berlin"
    here.community.save()
    with_dst = season(
        here, first=datetime(2027, 3, 27, tzinfo=UTC).date(),
        last=datetime(2027, 3, 28, tzinfo=UTC).date(), weekdays=[5, 6], cutoff_hours=24,
    )  # fmt: skip
    saturday, sunday = deliveries(with_dst)
    assert saturday.begins_at == datetime(2027, 3, 27, 15, tzinfo=UTC)
    assert sunday.begins_at == datetime(2027, 3, 28, 14, tzinfo=UTC)
    assert sunday.cut_off_at == datetime(2027, 3, 27, 14, tzinfo=UTC)
    assert sunday.ends_at - saturday.ends_at == timedelta(hours=23)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": ""}, "title"),
        ({"risk": ""}, "risk"),
        ({"weekdays": [7]}, "weekdays"),
        ({"weekdays": []}, "weekdays"),
        ({"instalments": [0]}, "instalments"),
        ({"depots": {}}, "depots"),
        ({"depots": {999: 1}}, "depots"),
        ({"absences": -1}, "absences"),
        ({"cutoff_hours": 10_000}, "cutoff_hours"),
        ({"skip_gives": "gold"}, "skip_gives"),
        ({"opens_at": datetime(2020, 1, 1, tzinfo=UTC),
          "waiting_at": datetime(2021, 1, 1, tzinfo=UTC)}, "opens_at"),
    ],
)  # fmt: skip
def test_an_odd_season_is_refused_with_its_field(here, said, field):
    made = product(here, gives="share", stock=None)
    depots = said.pop("depots", None)
    if depots is None:
        depots = {point(here).pk: 3}
    with pytest.raises(errors.InvalidSeason) as caught:
        actions.start_season(actor=here.owner, product=made, plan=plan(depots, **said))
    assert field in caught.value.fields


def test_a_season_is_of_a_share_and_started_by_who_runs_the_shop(here):
    rice, spot = product(here), point(here)
    with pytest.raises(errors.InvalidSeason):
        actions.start_season(actor=here.owner, product=rice, plan=plan({spot.pk: 3}))
    with pytest.raises(PermissionMissing):
        actions.start_season(actor=here.mei, product=rice, plan=plan({spot.pk: 3}))
    assert not ShareDelivery.objects.exists()


def test_a_first_part_that_the_shop_has_not_taken_on_can_be_called_off(here, spring):
    here.shop = actions.edit_shop(actor=here.owner, shop=here.shop, confirms=True)
    contract = hold(here, spring, here.mei)
    assert contract.state == "active"
    actions.cancel_order(actor=here.mei, order=contract.instalments.get().order)
    contract.refresh_from_db()
    assert (contract.state, free(spring)) == ("cancelled", [5] * 4)


def test_late_money_for_a_share_that_is_gone_goes_back(paid_by_till, clock):
    here = paid_by_till
    spring = season(here)
    contract = ask(spring, here.mei)
    order = contract.instalments.get().order
    payment = actions.begin_payment(actor=here.mei, order=order, provider="till")
    clock.move(timedelta(minutes=31))
    sweep()
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    contract.refresh_from_db()
    assert contract.state == "cancelled"
    assert len(events("refund_decided")) == 1


def test_a_share_for_nothing_begins_at_once(here, clock):
    spring = season(here, price=0)
    assert ask(spring, here.mei).state == "active"
    assert Entitlement.objects.count() == 4


def test_subscribers_hear_of_their_turn_of_parts_of_less_in_a_box_and_of_a_rise(
    here, clock, monkeypatch
):
    written = []
    monkeypatch.setattr(
        share_letters, "write_to",
        lambda person, _community, letter, *, path, words, letters: written.append(
            (person, letter, load_file(letters)[letter]["text"]["en"].format(**words), path)
        ),
    )  # fmt: skip
    spring = season(here, room=1)
    ask(spring, here.mei)
    waits = ask(spring, here.li, wait=True)
    clock.move(timedelta(minutes=31))
    sweep()
    drain()
    waits.refresh_from_db()
    pay_part(here, waits)
    first = deliveries(spring)[0]
    actions.fill_box(actor=here.owner, delivery=first, contents=[], less="Late frost")
    actions.propose_rise(
        actor=here.owner, season=spring, variant=spring.size, for_box=300, reason="Hail",
        answer_by=now() + DAY,
    )  # fmt: skip
    drain()
    said = {letter: (person, text, path) for person, letter, text, path in written}
    assert {letter: person for letter, (person, *_) in said.items()} == {
        "share_cancelled": here.mei.pk, "share_moved_up": here.li.pk, "share_began": here.li.pk,
        "shortfall_told": here.li.pk, "rise_proposed": here.li.pk,
    }  # fmt: skip
    assert waits.code in said["share_began"][1]
    assert "Late frost" in said["shortfall_told"][1]
    assert said["shortfall_told"][2].endswith(f"/shares/{spring.uid}/boxes/{first.pk}/")


def test_nobody_is_forgotten_while_their_share_runs(here, spring):
    contract = hold(here, spring, here.mei)
    assert any(f"/shares/mine/{contract.uid}/" in one.url for one in blockers(here.mei))
    told = own_documents(here.mei)
    assert (len(told["shares"]), len(told["share_boxes"]), len(told["share_parts"])) == (1, 4, 1)
    waits = ask(season(here, room=1, title="Autumn"), here.li)
    actions.cancel_share(actor=here.li, contract=waits)
    erase(here.li)
    waits.refresh_from_db()
    assert waits.signed == "–"


def test_nobody_fetches_early_what_is_not_paid(here, clock):
    spring = season(here, weeks=8, instalments=[4])
    contract = hold(here, spring, here.mei, parts=4)
    first, *_rest, last = boxes(contract)
    soon = deliveries(spring)[1]
    with pytest.raises(errors.PayFirst):
        actions.move_box(actor=here.mei, box=last, to=soon)
    assert states(contract) == ["planned"] * 8
    actions.move_box(actor=here.mei, box=first, to=deliveries(spring)[-1])  # later is no gain
    actions.move_box(actor=here.mei, box=boxes(contract)[1], to=deliveries(spring)[0])  # paid
    clock.move_to(contract.instalments.get(number=4).due_at)
    sweep()
    for part in (2, 3, 4):
        pay_part(here, contract, part)
    box = boxes(contract)[-1]
    actions.move_box(actor=here.mei, box=box, to=deliveries(spring)[-2])
    clean(here)
