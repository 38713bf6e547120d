"""When a bookable service can be had: inside hours, never overlapping, right on odd days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.market.rules import bookings
from qunluo.market.rules.bookings import UNIT, Length

pytestmark = pytest.mark.req("T09")
ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
QUARTERS = st.integers(0, 96)
SPANS = st.lists(QUARTERS, max_size=6, unique=True).map(
    lambda cuts: [
        (first * UNIT, last * UNIT)
        for first, last in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)
    ]
)
WEEKS = st.dictionaries(st.integers(0, 6), SPANS)
LENGTHS = st.builds(
    Length,
    st.integers(1, 12).map(lambda n: n * UNIT),
    st.integers(0, 3).map(lambda n: n * UNIT),
    st.integers(0, 3).map(lambda n: n * UNIT),
)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
ALWAYS = {"earliest": 0, "latest": 10**9}
HOUR = Length(60)


@given(WEEKS, st.sampled_from(ZONES), DAYS, LENGTHS)
def test_what_is_offered_lies_in_hours_by_the_clock_on_the_wall(week, zone, day, length):
    assert bookings.valid_week(week)
    working = bookings.open_units(week, (), zone, day)
    for start in bookings.free_starts(working, (), length, **ALWAYS):
        for unit in length.own(start):
            wall = bookings.moment_of(unit).astimezone(ZoneInfo(zone))
            minute = wall.hour * 60 + wall.minute
            assert wall.date() == day
            assert any(first <= minute < last for first, last in week[day.weekday()])


@given(WEEKS, st.sampled_from(ZONES), DAYS, LENGTHS, st.data())
def test_whatever_is_chosen_nothing_ever_overlaps(week, zone, day, length, data):
    working, taken = bookings.open_units(week, (), zone, day), set()
    while starts := bookings.free_starts(working, taken, length, **ALWAYS):
        busy = set(length.busy(data.draw(st.sampled_from(starts))))
        assert not busy & taken
        taken |= busy


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 2), ("2026-10-25", 4), ("2026-07-05", 3)]
)
def test_a_day_on_which_the_clock_changes_has_the_hours_it_has(day, hours):
    day = date.fromisoformat(day)
    working = bookings.open_units({6: [(60, 240)]}, (), "Europe/Berlin", day)
    assert len(working) == hours * 60 // UNIT


def test_a_day_off_and_a_day_without_hours_offer_nothing():
    day = date(2026, 7, 6)
    week = {0: [(540, 720)]}
    assert bookings.open_units(week, {day}, "Asia/Shanghai", day) == frozenset()
    assert bookings.open_units(week, (), "Asia/Shanghai", day + timedelta(days=1)) == frozenset()


def test_a_break_is_not_booked_over_and_time_around_is_kept_free():
    day = date(2026, 7, 6)
    week = {0: [(540, 660), (720, 780)]}
    working = bookings.open_units(week, (), "UTC", day)
    told = [
        f"{bookings.moment_of(one):%H:%M}"
        for one in bookings.free_starts(working, (), HOUR, **ALWAYS)
    ]
    assert told == ["09:00", "09:15", "09:30", "09:45", "10:00", "12:00"]
    first = bookings.unit_at(datetime(2026, 7, 6, 9, tzinfo=UTC))
    taken = set(Length(60, 0, 15).busy(first))
    told = [
        f"{bookings.moment_of(one):%H:%M}"
        for one in bookings.free_starts(working, taken, HOUR, **ALWAYS)
    ]
    assert told == ["12:00"]


def test_it_is_booked_neither_too_late_nor_too_far_ahead():
    moment = datetime(2026, 7, 6, 9, 1, tzinfo=UTC)
    first, last = bookings.window(moment, 2, 1)
    assert bookings.moment_of(first) == datetime(2026, 7, 6, 11, 15, tzinfo=UTC)
    assert bookings.moment_of(last) == datetime(2026, 7, 7, 9, tzinfo=UTC)
    working = bookings.open_units({0: [(0, 1440)]}, (), "UTC", moment.date())
    starts = bookings.free_starts(working, (), HOUR, earliest=first, latest=last)
    assert (starts[0], max(starts) <= last) == (first, True)


@pytest.mark.parametrize(
    "week",
    [
        {7: []},
        {0: [(600, 540)]},
        {0: [(540, 600), (585, 660)]},
        {0: [(541, 600)]},
        {0: [(0, 1455)]},
        {0: [(-15, 60)]},
    ],
)
def test_hours_that_make_no_sense_are_told(week):
    assert not bookings.valid_week(week)


@pytest.mark.parametrize("minutes", [-15, 20])
def test_a_length_is_whole_units(minutes):
    with pytest.raises(ValueError, match=str(minutes)):
        bookings.units(minutes)


def test_no_unit_begins_between_two():
    with pytest.raises(ValueError, match="09:01"):
        bookings.unit_at(datetime(2026, 7, 6, 9, 1, tzinfo=UTC))


@given(st.integers(0, 10**9), st.integers(0, 100), st.integers(0, 72), st.integers(-100, 100))
def test_no_more_comes_back_than_was_paid_and_never_more_by_waiting(paid, percent, hours, when):
    start = datetime(2026, 7, 6, 9, tzinfo=UTC)
    moment = start + timedelta(hours=when)
    now = bookings.comes_back(paid, start, moment, hours, percent)
    later = bookings.comes_back(paid, start, moment + timedelta(hours=1), hours, percent)
    assert 0 <= later <= now <= paid


def test_what_comes_back_is_whole_then_a_part_then_nothing():
    start = datetime(2026, 7, 6, 9, tzinfo=UTC)
    at = [start - timedelta(hours=24), start - timedelta(hours=23), start]
    assert [bookings.comes_back(999, start, one, 24, 50) for one in at] == [999, 499, 0]
