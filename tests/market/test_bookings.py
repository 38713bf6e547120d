"""Services: booked once, moved and called off by their rules, and paid when they were given."""

from datetime import timedelta

import pytest

from qunluo.community.actions import leave, leaving, suspend
from qunluo.community.errors import PermissionMissing
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import drain
from qunluo.market import actions, errors, queries
from qunluo.market.actions import booking_letters
from qunluo.market.models import Booking, BusyUnit, Order, Refund, Session, Shop
from qunluo.people.actions import erase_person
from tests.community.makers import member, membership
from tests.market.booking_makers import ALL_WEEK, book, booking, day_after, paid, service, starts
from tests.market.makers import clean, credit, free, key, state
from tests.market.stand_in import paid as comes

pytestmark = [pytest.mark.django_db, pytest.mark.req("T09")]


def test_a_time_is_booked_paid_given_confirmed_and_settled(here):
    plan = service(here)
    at = day_after(hour=10)
    assert at in starts(plan)
    one = paid(here, plan, here.mei, at)
    assert (one.state, one.starts_at, one.ends_at) == ("booked", at, at + timedelta(hours=1))
    assert state(one.order) == "confirmed"
    assert at not in starts(plan)
    with travel(at + timedelta(minutes=61)):
        actions.finish_booking(actor=plan.person, booking=one)
        assert state(one.order) == "fulfilled"
        actions.receive_order(actor=here.mei, order=one.order)
        actions.settle_due_orders()
        assert state(one.order) == "settled"  # nothing is returned, so nothing is waited for
        actions.rate_booking(actor=here.mei, booking=one, stars=5, words="Clear and kind")
    assert booking(one.order).stars == 5


def test_who_comes_second_finds_the_time_gone_with_what_is_kept_free_around_it(here):
    plan = service(here, before=15, after=30)
    at = day_after(hour=10)
    book(here, plan, here.mei, at)
    for minutes in (-60, -45, 0, 30, 60, 75):
        with pytest.raises(errors.SlotTaken):
            book(here, plan, here.li, at + timedelta(minutes=minutes))
    book(here, plan, here.li, at + timedelta(hours=3))
    with pytest.raises(errors.SlotTaken):
        book(here, plan, here.li, at + timedelta(hours=1, minutes=37))


def test_one_person_is_in_one_place_whatever_they_give(here):
    first = service(here)
    second = service(here, staff=first.person, minutes=120)
    book(here, first, here.mei, day_after(hour=10))
    with pytest.raises(errors.SlotTaken):
        book(here, second, here.li, day_after(hour=9))
    assert day_after(hour=13) in starts(second)


def test_what_was_not_paid_in_time_is_free_by_the_clock(here):
    plan = service(here)
    late = book(here, plan, here.mei)
    with travel(now() + timedelta(hours=1)):
        assert late.booking.starts_at in starts(plan)
        again = book(here, plan, here.li, late.booking.starts_at)
        assert state(late) == "expired"
        assert booking(late).state == "off"
        assert booking(again).session is not None


def test_money_that_comes_late_takes_the_time_once_more_or_goes_back(paid_by_till, clock):
    here = paid_by_till
    plan = service(here)
    gone, kept = book(here, plan, here.mei), book(here, plan, here.mei, day_after(hour=14))
    payments = [
        actions.begin_payment(actor=here.mei, order=one, provider="till") for one in (gone, kept)
    ]
    clock.move_to(now() + timedelta(hours=1))
    actions.expire_due_orders()
    assert BusyUnit.objects.count() == 0
    paid(here, plan, here.li, gone.booking.starts_at)
    for payment in payments:
        actions.take_outcome(merchant=here.account, outcome=comes(payment))
    assert (state(gone), booking(gone).session) == ("expired", None)
    assert (state(kept), booking(kept).state) == ("confirmed", "booked")
    assert Refund.objects.get().order == gone
    assert Session.objects.count() == 2


def test_a_group_session_has_as_many_seats_as_it_says(here):
    plan = service(here, seats=2)
    wu = member(here.community, "Wu")
    first, second = book(here, plan, here.mei), book(here, plan, here.li)
    assert {booking(first).seat, booking(second).seat} == {1, 2}
    assert Session.objects.count() == 1
    with pytest.raises(errors.SlotTaken):
        book(here, plan, wu)
    actions.cancel_order(actor=here.mei, order=first)
    assert booking(book(here, plan, wu)).seat == 1


def test_the_same_key_books_once(here):
    plan, one = service(here), key()
    first = book(here, plan, here.mei, key=one)
    assert book(here, plan, here.mei, key=one) == first
    with pytest.raises(errors.OrderKeyReused):
        book(here, plan, here.mei, day_after(hour=15), key=one)


@pytest.mark.parametrize(
    ("hours", "percent", "back"), [(48, 0, 2_000), (12, 50, 1_000), (12, 0, 0), (12, 33, 660)]
)
def test_who_calls_off_gets_back_what_the_service_names(here, hours, percent, back):
    plan = service(here, late_percent=percent)
    one = paid(here, plan, here.mei, day_after(days=3))
    with travel(one.starts_at - timedelta(hours=hours)):
        assert queries.booking_of(one.order, viewer=here.mei).back == back
        actions.call_off(actor=here.mei, booking=one)
        assert one.starts_at in starts(plan)
        actions.settle_due_orders()
    assert booking(one.order).state == "off"
    assert state(one.order) == ("refunded" if back == 2_000 else "settled")
    assert free(here, "", "credit-CNY", here.mei) == back
    clean(here)
    assert Order.objects.get(pk=one.order_id).refunded == back
    assert not BusyUnit.objects.exists()


def test_who_gives_it_calls_off_with_a_reason_and_everything_goes_back(here):
    plan = service(here)
    one = paid(here, plan, here.mei)
    with pytest.raises(errors.InvalidService):
        actions.call_off(actor=plan.person, booking=one)
    actions.call_off(actor=plan.person, booking=one, reason="I am ill")
    assert state(one.order) == "refunded"
    assert booking(one.order).state == "off"
    with pytest.raises(errors.BookingMovedOn):
        actions.call_off(actor=plan.person, booking=one, reason="Again")


def test_a_booking_is_moved_also_by_a_quarter_and_the_old_time_is_free(here):
    plan = service(here)
    one = paid(here, plan, here.mei)
    later = one.starts_at + timedelta(minutes=15)
    actions.move_booking(actor=here.mei, booking=one, starts_at=later)
    fresh = booking(one.order)
    assert (fresh.starts_at, fresh.state, fresh.moves) == (later, "booked", 1)
    assert BusyUnit.objects.count() == 4
    paid(here, plan, here.li, later + timedelta(hours=1))
    with pytest.raises(errors.SlotTaken):
        actions.move_booking(actor=here.mei, booking=one, starts_at=later + timedelta(hours=1))
    assert booking(one.order).starts_at == later  # and nothing was lost
    with travel(later - timedelta(hours=5)), pytest.raises(errors.TooLateToMove):
        actions.move_booking(actor=here.mei, booking=one, starts_at=day_after(hour=14))


def test_others_neither_see_nor_touch_a_booking(here):
    plan = service(here)
    one = paid(here, plan, here.mei)
    wu = member(here.community, "Wu")
    acts = [
        lambda: actions.call_off(actor=wu, booking=one),
        lambda: actions.move_booking(actor=wu, booking=one, starts_at=day_after(hour=14)),
        lambda: actions.finish_booking(actor=wu, booking=one),
        lambda: actions.finish_booking(actor=here.stranger, booking=one),
        lambda: actions.rate_booking(actor=wu, booking=one, stars=1),
        lambda: actions.ask_for_case(actor=wu, booking=one, text="No"),
        lambda: actions.answer_case(actor=plan.person, booking=one, agree=True),
        lambda: queries.get_booking(one.order.uid, viewer=wu, community=here.community),
        lambda: queries.get_booking(one.order.uid, viewer=None, community=here.community),
    ]
    for act in acts:
        with pytest.raises(errors.BookingNotFound):
            act()
    assert queries.day_list(here.community, viewer=wu, day=one.starts_at.date()) == []
    assert len(queries.day_list(here.community, viewer=plan.person, day=one.starts_at.date())) == 1
    assert len(queries.day_list(here.community, viewer=here.owner, day=one.starts_at.date())) == 1


def test_who_does_not_come_is_noted_and_what_nobody_speaks_of_counts_as_given(here):
    plan = service(here)
    missed, silent = paid(here, plan, here.mei), paid(here, plan, here.li, day_after(hour=14))
    with pytest.raises(errors.BookingMovedOn):
        actions.finish_booking(actor=plan.person, booking=missed, missed=True)  # not yet begun
    with travel(missed.starts_at + timedelta(minutes=20)):
        actions.finish_booking(actor=plan.person, booking=missed, missed=True)
    with travel(silent.ends_at + timedelta(hours=25)):
        actions.look_after_bookings()
    assert booking(missed.order).state == "missed"
    assert booking(silent.order).state == "done"
    assert state(silent.order) == "fulfilled"


def test_it_is_told_a_day_and_two_hours_before_once_each(here):
    plan = service(here)
    one = paid(here, plan, here.mei, day_after(days=3))
    told = []
    for hours in (30, 23, 22, 1.5, 1):
        with travel(one.starts_at - timedelta(hours=hours)):
            actions.look_after_bookings()
            told.append(booking(one.order).told)
    assert told == [0, 1, 1, 2, 2]


def test_content_is_told_once_and_its_mean_from_three_on(here):
    plan = service(here, seats=4)
    people = [here.mei, here.li, member(here.community, "Wu")]
    at = day_after()
    every = [paid(here, plan, who, at) for who in people]
    with travel(at + timedelta(hours=2)):
        for stars, one in zip((5, 4, 3), every, strict=True):
            buyer = one.order.buyer
            actions.finish_booking(actor=here.owner, booking=one)
            with pytest.raises(errors.BookingMovedOn):
                actions.rate_booking(actor=buyer, booking=one, stars=stars)  # not confirmed yet
            actions.receive_order(actor=buyer, order=one.order)
            for wrong in (0, 6, True, "5", None):
                with pytest.raises(errors.InvalidService):
                    actions.rate_booking(actor=buyer, booking=one, stars=wrong)
            before = queries.plan_view(plan.product)
            assert before.mean is None
            actions.rate_booking(actor=buyer, booking=one, stars=stars)
            with pytest.raises(errors.BookingMovedOn):
                actions.rate_booking(actor=buyer, booking=one, stars=1)
    view = queries.plan_view(plan.product)
    assert (view.opinions, view.mean) == (3, 4.0)


def test_a_case_is_told_only_while_its_buyer_allows_it(here):
    plan = service(here)
    one = paid(here, plan, here.mei)
    with travel(one.ends_at):
        actions.finish_booking(actor=plan.person, booking=one)
        actions.ask_for_case(actor=plan.person, booking=one, text="We planned a whole year.")
        assert queries.plan_view(plan.product).cases == ()
        actions.answer_case(actor=here.mei, booking=one, agree=True)
        assert [c.case_text for c in queries.plan_view(plan.product).cases] == [
            "We planned a whole year."
        ]
        actions.answer_case(actor=here.mei, booking=one, agree=False)
        assert queries.plan_view(plan.product).cases == ()
        with pytest.raises(errors.BookingMovedOn):
            actions.ask_for_case(actor=plan.person, booking=one, text="Please?")


@pytest.mark.parametrize(
    "said",
    [
        {"before": 10}, {"after": -15}, {"seats": 0}, {"late_percent": 101}, {"notice_hours": "2"},
        {"days_ahead": 0}, {"link": "javascript:alert(1)"}, {"place": "x" * 201},
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_kept_is_refused(here, said):
    plan = service(here)
    with pytest.raises(errors.InvalidService):
        actions.save_plan(actor=here.owner, plan=plan, **said)


@pytest.mark.parametrize(
    "week",
    [
        {0: [[540, 500]]}, {7: [[0, 60]]}, {0: [[0, 60], [45, 90]]}, {0: [[1, 60]]}, {"x": []},
        {0: "9-12"}, [], {0: [[0, 60, 90]]}, {0: [[0, 24 * 60 + 15]]},
    ],
)  # fmt: skip
def test_hours_that_make_no_sense_are_refused(here, week):
    plan = service(here)
    with pytest.raises(errors.InvalidService):
        actions.save_staff(actor=here.owner, plan=plan, person=plan.person, week=week)


def test_days_off_and_who_left_have_no_times(here):
    plan = service(here)
    off = day_after().date()
    actions.save_staff(
        actor=plan.person, plan=plan, person=plan.person, week=ALL_WEEK, days_off=[off.isoformat()]
    )
    assert starts(plan, first=off, days=1) == []
    assert starts(plan, first=off, days=2)
    actions.save_staff(
        actor=plan.person, plan=plan, person=plan.person, week=ALL_WEEK, active=False
    )
    assert starts(plan) == []
    with pytest.raises(errors.SlotTaken):
        book(here, plan, here.mei, day_after(days=4))


def test_who_runs_no_shop_plans_no_service(here):
    plan = service(here)
    refused = [
        lambda: actions.add_service(actor=here.mei, community=here.community, title="Mine"),
        lambda: actions.save_plan(actor=here.mei, plan=plan, seats=2),
        lambda: actions.set_minutes(actor=here.mei, variant=plan.variant, minutes=30),
        lambda: actions.save_staff(actor=here.mei, plan=plan, person=here.mei, week={}),
        lambda: queries.service_staff(plan, viewer=here.mei),
    ]
    for act in refused:
        with pytest.raises(PermissionMissing):
            act()


def test_the_past_and_what_lies_too_far_ahead_cannot_be_booked(here):
    plan = service(here, days_ahead=10, notice_hours=24)
    for at in (
        day_after(-1),
        day_after(0, 12),
        day_after(12),
        day_after(3, 20),
        day_after(3, 9, 7),
    ):
        with pytest.raises(errors.SlotTaken):
            book(here, plan, here.mei, at)
    assert Booking.objects.count() == 0
    assert Order.objects.count() == 0


def test_both_sides_read_what_happens_to_a_booking(here, monkeypatch):
    told = []
    monkeypatch.setattr(
        booking_letters, "write_to",
        lambda person, _community, letter, *, path, words, letters: told.append(
            (person, letter, words["place"], words["reason"])
        ),
    )  # fmt: skip
    plan = service(here, place="Barn, first floor", link="https://meet.example/1")
    one = paid(here, plan, here.mei, day_after(days=3))
    actions.move_booking(
        actor=plan.person, booking=one, starts_at=day_after(days=4), reason="Travelling"
    )
    fresh = booking(one.order)
    with travel(fresh.starts_at - timedelta(hours=1)):
        actions.look_after_bookings()
    with travel(fresh.ends_at):
        actions.finish_booking(actor=plan.person, booking=fresh)
    drain()
    place, coach = "Barn, first floor", plan.person.pk
    assert told == [
        (here.mei.pk, "booking_made", place, ""),
        (coach, "booking_taken", place, ""),
        (here.mei.pk, "booking_moved", place, "Travelling"),
        (here.mei.pk, "booking_near", place, ""),
        (coach, "booking_near", place, ""),
        (here.mei.pk, "booking_done", place, ""),
    ]


def test_its_buyer_goes_round_the_rule_by_no_other_door(here):
    Shop.objects.update(confirms=True)
    plan = service(here)
    one = paid(here, plan, here.mei, day_after(days=3))
    assert state(one.order) == "paid"
    with travel(one.starts_at - timedelta(hours=3)):
        with pytest.raises(errors.OrderMovedOn):
            actions.cancel_order(actor=here.mei, order=one.order)
        actions.call_off(actor=here.mei, booking=one)
    assert (state(one.order), free(here, "", "credit-CNY", here.mei)) == ("received", 0)


def test_who_gave_it_and_left_sees_no_bookings_any_more(here):
    plan = service(here)
    one = paid(here, plan, here.mei)
    assert len(queries.day_list(here.community, viewer=plan.person, day=one.starts_at.date())) == 1
    leave(actor=plan.person, membership=membership(plan.person, here.community), reason="")
    assert queries.day_list(here.community, viewer=plan.person, day=one.starts_at.date()) == []
    with pytest.raises(errors.BookingNotFound):
        actions.call_off(actor=plan.person, booking=one, reason="Gone")
    assert starts(plan) == []


@pytest.mark.parametrize("amount", [2_000, 500])
def test_a_refund_at_the_desk_frees_the_time_when_everything_goes_back(here, amount):
    plan = service(here)
    one = paid(here, plan, here.mei)
    actions.refund_order(actor=here.owner, order=one.order, amount=amount, reason="Sorry")
    whole = amount == 2_000
    assert (one.starts_at in starts(plan)) == whole
    assert booking(one.order).state == ("off" if whole else "booked")
    clean(here)


@pytest.mark.parametrize("way", ["leaves", "erased", "suspended"])
def test_a_booking_with_somebody_who_is_gone_waits_at_the_desk_and_its_buyer_gets_all_back(
    here, monkeypatch, way
):
    told = []
    monkeypatch.setattr(
        booking_letters, "write_to",
        lambda person, _community, letter, **_more: told.append((person, letter)),
    )  # fmt: skip
    plan = service(here, late_percent=0)
    one, other = paid(here, plan, here.mei), paid(here, plan, here.li, day_after(hour=14))
    drain()
    told.clear()
    gone(plan.person, here, way, until=other.ends_at + timedelta(days=9))
    drain()
    assert set(told) == {
        (here.mei.pk, "booking_alone"), (here.li.pk, "booking_alone"),
        (here.owner.pk, "bookings_wait"),
    }  # fmt: skip
    with travel(other.ends_at + timedelta(days=2)):
        actions.look_after_bookings()
        waits = queries.left_alone(here.community, viewer=here.owner)
        assert [view.order.buyer_id for view in waits] == [here.mei.pk, here.li.pk]
        assert not queries.bookings_due()
        assert queries.left_alone(here.community, viewer=here.mei) == []
        assert queries.get_booking(one.order.uid, viewer=here.mei).back == 2_000
        actions.call_off(actor=here.mei, booking=one)
        actions.finish_booking(actor=here.owner, booking=other)  # somebody else gave it
    assert (state(one.order), booking(one.order).state) == ("refunded", "off")
    assert free(here, "", "credit-CNY", here.mei) == 2_000
    assert (state(other.order), booking(other.order).state) == ("fulfilled", "done")
    clean(here)


def test_who_left_after_a_booking_began_was_there(here):
    plan = service(here, late_percent=0)
    one = paid(here, plan, here.mei)
    with travel(one.starts_at + timedelta(minutes=1)):
        gone(plan.person, here, "leaves")
        with pytest.raises(errors.BookingMovedOn):
            actions.call_off(actor=here.mei, booking=one)
    with travel(one.ends_at + timedelta(days=2)):
        actions.look_after_bookings()
    assert booking(one.order).state == "done"


def test_nobody_pays_for_a_time_with_somebody_who_is_gone(paid_by_till):
    here = paid_by_till
    plan = service(here)
    asked, held = book(here, plan, here.mei), book(here, plan, here.li, day_after(hour=14))
    payment = actions.begin_payment(actor=here.mei, order=asked, provider="till")
    gone(plan.person, here, "leaves")
    credit(here, here.li, held.total)
    with pytest.raises(errors.GiverGone):
        actions.pay_from_credit(actor=here.li, order=held)
    with pytest.raises(errors.GiverGone):
        actions.begin_payment(actor=here.li, order=held, provider="till")
    actions.take_outcome(merchant=here.account, outcome=comes(payment))
    assert (booking(asked).state, Refund.objects.get().order) == ("held", asked)
    actions.call_off(actor=here.mei, booking=booking(asked))
    assert state(asked) == "cancelled"
    clean(here)


def test_a_suspension_that_ends_before_a_booking_begins_changes_nothing(here):
    plan = service(here)
    one = paid(here, plan, here.mei)
    gone(plan.person, here, "suspended", until=one.starts_at - timedelta(hours=1))
    assert queries.left_alone(here.community, viewer=here.owner) == []


@pytest.fixture(autouse=True)
def without_rules(monkeypatch):
    """The rules by which somebody is suspended are no matter of the market."""
    monkeypatch.setattr(leaving, "check_measure", lambda *_said: None)


def gone(person, here, way, until=None):
    """Let a member go, in one of the ways there are."""
    theirs = membership(person, here.community)
    if way == "leaves":
        leave(actor=person, membership=theirs)
    elif way == "erased":
        erase_person(actor=person)
    else:
        actor, no_rule = here.owner, {"rule_id": "r1", "reason": "Spam"}
        suspend(actor=actor, membership=theirs, until=until, **no_rule)
