"""When boxes of a share are delivered, what a part of its price covers, and how a box moves."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from qunluo.market.rules.campaigns import cut_off

LIVE = ("waiting", "asked", "active")
HOLDS = ("asked", "active")  # has places in a depot
OPEN = ("planned", "moved")  # a box that is neither packed nor given up
# From which states a box may come into each; forward only.
MOVES: Mapping[str, tuple[str, ...]] = {
    "skipped": ("planned", "moved"),
    "moved": ("planned",),
    "packed": ("planned", "moved"),
    "picked": ("packed",),
    "missed": ("packed", "planned", "moved"),  # unpacked only while the share is suspended
    "cancelled": ("planned", "moved"),
}


class Times(NamedTuple):
    """Until when a delivery can be changed, when it begins, and the end of its day."""

    cut_off_at: datetime
    begins_at: datetime
    ends_at: datetime


def days_of(first: date, last: date, weekdays: Collection[int]) -> Iterator[date]:
    """Yield the delivery days of a season; 0 is Monday.

    >>> [f"{day:%a %d}" for day in days_of(date(2026, 3, 1), date(2026, 3, 10), {1, 4})]
    ['Tue 03', 'Fri 06', 'Tue 10']
    """
    day = first
    while day <= last:
        if day.weekday() in weekdays:
            yield day
        day += timedelta(days=1)


def times_of(day: date, starts: time, hours: int, time_zone: str) -> Times:
    """Return the moments of a delivery: it begins by the wall clock, the hours before it are real.

    >>> spring = times_of(date(2026, 3, 29), time(16), 24, "Europe/Berlin")  # a day of 23 hours
    >>> [one.isoformat() for one in spring[:2]]
    ['2026-03-28T15:00:00+01:00', '2026-03-29T16:00:00+02:00']
    """
    begins = cut_off(day, starts, time_zone)
    before = (begins.astimezone(UTC) - timedelta(hours=hours)).astimezone(begins.tzinfo)
    return Times(before, begins, cut_off(day + timedelta(days=1), time(), time_zone))


def price_of(season_price: int, left: int, boxes: int) -> int:
    """Return what the boxes still to come cost; a fraction of a minor unit is the farm's.

    >>> price_of(1000, 2, 3), price_of(1000, 3, 3)
    (666, 1000)
    """
    return season_price * left // boxes


def covers(boxes: int, parts: int) -> list[tuple[int, int]]:
    """Return the first and last box that each part covers, all of them once and in order.

    >>> covers(7, 3)
    [(0, 2), (3, 4), (5, 6)]
    """
    ends = [-(-boxes * (n + 1) // parts) for n in range(parts)]
    return [(start, end - 1) for start, end in zip([0, *ends], ends, strict=False)]


def value_of(amount: int, covered: int, number: int) -> int:
    """Return what so many boxes of a part are worth, never more than the part.

    >>> value_of(1000, 3, 2), value_of(1000, 3, 3)
    (666, 1000)
    """
    return amount * number // covered if covered else 0
