"""Which way something takes to a person, and at what hour: tables."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from qunluo.reach import rules
from qunluo.reach.rules import Wish, hours

C, S, T = SCOPES = ("community:7", "space:3", "thread:12")
AT_ONCE, DIGEST, NONE = rules.AT_ONCE, rules.DIGEST, rules.NONE


@pytest.mark.parametrize(
    ("wishes", "mail", "push", "muted"),
    [
        ({}, DIGEST, True, False),
        ({("", ""): Wish(mail=NONE)}, NONE, True, False),
        ({("", ""): Wish(mail=NONE), (C, ""): Wish(mail=AT_ONCE)}, AT_ONCE, True, False),
        ({(C, ""): Wish(mail=AT_ONCE), (S, ""): Wish(mail=NONE)}, NONE, True, False),
        ({(S, ""): Wish(mail=NONE), (T, ""): Wish(mail=AT_ONCE)}, AT_ONCE, True, False),
        # A reason beats none in the same scope, a narrower scope beats a reason.
        ({("", ""): Wish(mail=NONE), ("", "mention"): Wish(mail=AT_ONCE)}, AT_ONCE, True, False),
        ({("", "mention"): Wish(mail=AT_ONCE), (C, ""): Wish(mail=NONE)}, NONE, True, False),
        ({("", "yours"): Wish(mail=AT_ONCE)}, DIGEST, True, False),
        # Mail, push and mute are found one by one.
        ({(T, ""): Wish(push=False), ("", ""): Wish(mail=NONE)}, NONE, False, False),
        ({("", "mention"): Wish(muted=True)}, DIGEST, True, True),
        ({(C, ""): Wish(muted=True), (T, ""): Wish(muted=False)}, DIGEST, True, False),
        # Wishes for other places say nothing here.
        ({("space:4", ""): Wish(mail=NONE), ("thread:1", ""): Wish(muted=True)}, DIGEST, True,
         False),
    ],
)  # fmt: skip
def test_the_narrowest_wish_wins(wishes, mail, push, muted):
    way = rules.resolve(rules.reason_of("mention"), SCOPES, wishes)
    assert (way.mail, way.push, way.muted) == (mail, push, muted)


@pytest.mark.parametrize("reason", ["security", "payment"])
def test_safety_and_money_know_no_mute(reason):
    wishes = {("", ""): Wish(NONE, False, True), ("", reason): Wish(NONE, False, True)}
    assert rules.resolve(rules.reason_of(reason), SCOPES, wishes) == rules.Way(AT_ONCE, True, False)


def test_what_is_quiet_leaves_the_page_only_for_who_asked_for_exactly_that():
    reaction = rules.reason_of("reaction")
    assert reaction.quiet
    general = {("", ""): Wish(AT_ONCE, push=True)}
    assert rules.resolve(reaction, SCOPES, general) == rules.Way(NONE, False, False)
    own = {("", "reaction"): Wish(DIGEST)}
    assert rules.resolve(reaction, SCOPES, own).mail == DIGEST


def test_every_reason_says_itself_in_both_languages():
    for reason in rules.reasons().values():
        assert reason.mail in rules.MAIL
        assert set(reason.label) == set(reason.why) == {"en", "zh"}


@pytest.mark.parametrize(
    ("names", "count", "english", "chinese"),
    [
        (["Mei"], 1, "Mei", "Mei"),
        (["Mei", "Lin"], 2, "Mei and Lin", "Mei和Lin"),
        (["Mei", "Lin", "Bo"], 4, "Mei and 3 others", "Mei和另外 3 人"),
        ([], 0, "Somebody", "有人"),
    ],
)
def test_several_people_are_one_and_others(names, count, english, chinese):
    assert rules.crowd(names, count, "en") == english
    assert rules.crowd(names, count, "zh-hans") == chinese


def at(zone, *moment):
    return datetime(*moment, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "begin", "end", "awake"),
    [
        (at("Asia/Shanghai", 2026, 3, 1, 21, 59), 22, 8, None),
        (at("Asia/Shanghai", 2026, 3, 1, 22, 0), 22, 8, (2026, 3, 2, 8)),
        (at("Asia/Shanghai", 2026, 3, 2, 0, 30), 22, 8, (2026, 3, 2, 8)),
        (at("Asia/Shanghai", 2026, 3, 2, 7, 59), 22, 8, (2026, 3, 2, 8)),
        (at("Asia/Shanghai", 2026, 3, 2, 8, 0), 22, 8, None),
        (at("Asia/Shanghai", 2026, 3, 2, 13, 0), 12, 14, (2026, 3, 2, 14)),
        (at("Asia/Shanghai", 2026, 3, 2, 3, 0), 9, 9, None),  # the same hour twice: none
        # The night in which clocks go forward, and the one in which they go back.
        (at("Europe/Berlin", 2026, 3, 28, 23, 0), 22, 8, (2026, 3, 29, 8)),
        (at("Europe/Berlin", 2026, 10, 24, 23, 0), 22, 8, (2026, 10, 25, 8)),
        # 02:00 is skipped on that day: 03:00 summer time is the same moment.
        (at("Europe/Berlin", 2026, 3, 29, 1, 30), 22, 2, (2026, 3, 29, 3)),
    ],
)
def test_quiet_hours_cross_midnight(now, begin, end, awake):
    zone = now.tzinfo
    expected = datetime(*awake, tzinfo=zone) if awake else now
    assert hours.awake(now.astimezone(UTC), zone, begin, end) == expected.astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "since", "hour", "last_on", "due"),
    [
        ("Asia/Shanghai", (2026, 3, 1, 7, 0), 8, None, (2026, 3, 1, 8)),
        ("Asia/Shanghai", (2026, 3, 1, 8, 0), 8, None, (2026, 3, 2, 8)),
        ("Asia/Shanghai", (2026, 3, 1, 7, 0), 8, date(2026, 3, 1), (2026, 3, 2, 8)),
        ("America/New_York", (2026, 3, 7, 9, 0), 8, date(2026, 3, 7), (2026, 3, 8, 8)),  # forward
        ("America/New_York", (2026, 11, 1, 0, 30), 8, date(2026, 10, 31), (2026, 11, 1, 8)),
        ("America/New_York", (2026, 11, 1, 0, 30), 1, None, (2026, 11, 1, 1)),  # twice: the first
        ("Europe/Berlin", (2026, 3, 29, 1, 0), 2, None, (2026, 3, 29, 3)),  # 02:00 is skipped
        ("Pacific/Kiritimati", (2026, 3, 1, 7, 0), 8, None, (2026, 3, 1, 8)),
        ("Asia/Kathmandu", (2026, 3, 1, 20, 0), 8, None, (2026, 3, 2, 8)),
    ],
)
def test_a_digest_is_due_once_on_a_local_day(zone, since, hour, last_on, due):
    place = ZoneInfo(zone)
    found = hours.next_digest(datetime(*since, tzinfo=place), place, hour, last_on)
    assert found == datetime(*due, tzinfo=place).astimezone(UTC)


def test_through_both_changes_of_the_clock_every_local_day_has_exactly_one_digest():
    place = ZoneInfo("Europe/Berlin")
    for year_start in (datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC)):
        days, moment, last = [], year_start, None
        for _day in range(20):
            moment = hours.next_digest(moment, place, 8, last)
            last = moment.astimezone(place).date()
            days.append((last, moment.astimezone(place).hour))
        assert [hour for _day, hour in days] == [8] * 20
        assert [(b[0] - a[0]).days for a, b in zip(days, days[1:], strict=False)] == [1] * 19


def test_an_odd_time_zone_does_not_stop_anything():
    assert hours.zone_of("Nowhere/Land").key == hours.FALLBACK
