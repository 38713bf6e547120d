"""Calendar files that every calendar takes in, whatever somebody wrote."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.market.rules.ics import Appointment, calendar_file

pytestmark = pytest.mark.req("T09")
START = datetime(2026, 7, 6, 17, tzinfo=timezone(timedelta(hours=8)))


def written(**said):
    given = {"uid": "B1@here", "title": "Advice", **said}
    made = Appointment(
        changed_at=START, starts_at=START, ends_at=START + timedelta(hours=1), **given
    )
    return calendar_file([made])


def lines(raw):
    return raw.decode().replace("\r\n ", "").split("\r\n")


def test_a_file_says_when_in_utc():
    assert lines(written(place="Room 1", url="https://a.test/")) == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Qunluo//Bookings//EN", "BEGIN:VEVENT",
        "UID:B1@here", "DTSTAMP:20260706T090000Z", "DTSTART:20260706T090000Z",
        "DTEND:20260706T100000Z", "SEQUENCE:0", "STATUS:CONFIRMED", "SUMMARY:Advice",
        "LOCATION:Room 1", "URL:https://a.test/", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


def test_what_was_called_off_says_so():
    assert {"SEQUENCE:2", "STATUS:CANCELLED"} <= set(lines(written(sequence=2, cancelled=True)))


def test_signs_with_a_meaning_are_escaped():
    assert r"SUMMARY:a\, b\; c\\d\ne" in lines(written(title="a, b; c\\d\r\ne"))


@given(st.text())
def test_nobody_writes_a_line_of_their_own(text):
    text = text.encode("utf-8", "ignore").decode()
    raw = written(title=text, text=text, place=text, url=text)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.replace(b"\r\n", b"").count(b"\n") == raw.replace(b"\r\n", b"").count(b"\r") == 0
    raw.decode()  # no letter was cut in two
    assert sum(line.startswith("BEGIN:") for line in lines(raw)) == 2
