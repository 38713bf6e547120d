"""Quiet hours and the hour of the digest, in a person's own time; plain Python.

A local time that a clock change skips is shifted forward; one that happens twice counts once.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qunluo.kernel.schedule.times import Daily

QUIET_FROM, QUIET_TO, DIGEST_HOUR = 22, 8, 8
FALLBACK = "Asia/Shanghai"
# So long a single mail waits for being read on the page instead.
PATIENCE = timedelta(minutes=5)


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; the usual one for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(FALLBACK)


def is_quiet(moment: datetime, zone: ZoneInfo, begin: int, end: int) -> bool:
    """Return whether a moment lies in the quiet hours; the same hour twice means none."""
    hour = moment.astimezone(zone).hour
    if begin <= end:
        return begin <= hour < end
    return hour >= begin or hour < end


def awake(moment: datetime, zone: ZoneInfo, begin: int, end: int) -> datetime:
    """Return the moment, or the end of the quiet hours in which it lies."""
    if not is_quiet(moment, zone, begin, end):
        return moment
    return Daily(time(end)).after(moment, zone)


def next_digest(
    since: datetime, zone: ZoneInfo, hour: int, last_on: date | None = None
) -> datetime:
    """Return when the next digest leaves: the hour of day after `since`, on a day without one."""
    rhythm = Daily(time(hour))
    due = rhythm.after(since, zone)
    while last_on is not None and due.astimezone(zone).date() <= last_on:
        due = rhythm.after(due, zone)
    return due
