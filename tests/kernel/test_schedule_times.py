"""When a job is due, also where clocks are changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.kernel.schedule.times import Daily, Interval

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
zones = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]
)
moments = st.integers(0, 15 * 365 * 86_400).map(
    lambda seconds: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
rhythms = st.one_of(
    st.builds(
        Daily,
        st.times().map(lambda t: t.replace(second=0, microsecond=0)),
        st.frozensets(st.integers(0, 6), max_size=3),
    ),
    st.builds(Daily, st.just(time(2, 30)), st.just(frozenset()), st.integers(1, 31)),
    st.builds(Interval, st.integers(1, 10**5).map(lambda s: timedelta(seconds=s))),
)


@given(rhythms, moments, zones)
def test_latest_and_after_are_neighbours(rhythm, moment, zone):
    zone = ZoneInfo(zone)
    before, later = rhythm.latest(moment, zone), rhythm.after(moment, zone)
    assert before <= moment < later
    assert rhythm.after(before, zone) == later
    assert rhythm.latest(later, zone) == later


def days(rhythm, start, count, zone):
    moment, found = start, []
    for _ in range(count):
        moment = rhythm.after(moment, zone)
        found.append(moment.astimezone(zone))
    return found


def test_a_skipped_time_is_shifted_forward():
    found = days(Daily(time(2, 30)), datetime(2024, 3, 29, 12, tzinfo=UTC), 3, BERLIN)
    assert [d.isoformat() for d in found] == [
        "2024-03-30T02:30:00+01:00",
        "2024-03-31T03:30:00+02:00",
        "2024-04-01T02:30:00+02:00",
    ]


def test_a_repeated_time_counts_the_first_time_only():
    found = days(Daily(time(2, 30)), datetime(2024, 10, 26, 12, tzinfo=UTC), 2, BERLIN)
    assert [d.isoformat() for d in found] == [
        "2024-10-27T02:30:00+02:00",
        "2024-10-28T02:30:00+01:00",
    ]


def test_a_local_time_stays_local_across_the_change():
    found = days(Daily(time(6, 20)), datetime(2024, 3, 29, 12, tzinfo=UTC), 4, BERLIN)
    assert {d.time() for d in found} == {time(6, 20)}
    assert len({d.utcoffset() for d in found}) == 2


@given(moments, zones)
def test_every_local_day_has_one_due_time(moment, zone):
    zone = ZoneInfo(zone)
    found = days(Daily(time(2, 15)), moment, 5, zone)
    dates = [d.date() for d in found]
    assert dates == [dates[0] + timedelta(days=i) for i in range(5)]


def test_weekdays_and_days_of_the_month():
    friday = Daily(time(8), frozenset({4}))
    assert friday.after(datetime(2024, 5, 1, tzinfo=UTC), SHANGHAI).isoformat() == (
        "2024-05-03T00:00:00+00:00"
    )
    last = Daily(time(8), day=31)
    found = days(last, datetime(2024, 1, 31, 12, tzinfo=UTC), 3, SHANGHAI)
    assert [(d.month, d.day) for d in found] == [(2, 29), (3, 31), (4, 30)]


def test_intervals_lie_on_one_grid_for_all_workers():
    ten = Interval(timedelta(minutes=10))
    assert ten.after(datetime(2024, 5, 1, 12, 3, tzinfo=UTC), SHANGHAI).minute == 10
    assert ten.after(datetime(2024, 5, 1, 12, 10, tzinfo=UTC), SHANGHAI).minute == 20


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Shanghai"])
def test_after_is_never_the_same_moment(zone):
    daily = Daily(time(6, 20))
    due = daily.after(datetime(2024, 5, 1, tzinfo=UTC), ZoneInfo(zone))
    assert daily.after(due, ZoneInfo(zone)) == due + timedelta(days=1)
