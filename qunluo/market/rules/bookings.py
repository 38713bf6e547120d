"""When a bookable service can be had, and what comes back when it is called off; plain Python.

Time is cut into units of a quarter of an hour, counted from 1970 in UTC: every offset in use is a
multiple of one, so a unit never lies half in an hour of the clock on the wall.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UNIT = 15  # minutes
DAY = 24 * 60
SECONDS = UNIT * 60

Week = Mapping[int, Sequence[tuple[int, int]]]
"""By weekday (Monday is 0): spans of minutes since midnight on the wall; breaks lie between."""


@dataclass(frozen=True)
class Length:
    """How long a service takes, and what is kept free around it, all in minutes."""

    minutes: int
    before: int = 0
    after: int = 0

    def busy(self, start: int) -> range:
        """Return the units that are taken when it starts with a unit, those around it included."""
        return range(start - units(self.before), start + units(self.minutes + self.after))

    def own(self, start: int) -> range:
        """Return the units of the service itself."""
        return range(start, start + units(self.minutes))


def units(minutes: int) -> int:
    """Return how many units minutes are. ValueError where they are not whole units from 0 on."""
    if minutes < 0 or minutes % UNIT:
        raise ValueError(minutes)
    return minutes // UNIT


def unit_at(moment: datetime) -> int:
    """Return the unit that begins at an aware moment. ValueError where none does."""
    seconds = moment.timestamp()
    if seconds % SECONDS:
        raise ValueError(moment)
    return int(seconds) // SECONDS


def moment_of(unit: int) -> datetime:
    """Return when a unit begins, in UTC."""
    return datetime.fromtimestamp(unit * SECONDS, UTC)


def valid_week(week: Week) -> bool:
    """Tell whether spans are whole units of one day, in order, and never overlap."""
    for weekday, spans in week.items():
        end = 0
        if weekday not in range(7):
            return False
        for first, last in spans:
            if not end <= first < last <= DAY or first % UNIT or last % UNIT:
                return False
            end = last
    return True


def open_units(week: Week, days_off: Collection[date], zone: str, day: date) -> frozenset[int]:
    """Return the units of a day in which somebody works, by the clock on the wall of `zone`.

    An hour that summer time leaves out is not there, one that comes twice is there twice.
    """
    spans = week.get(day.weekday(), ())
    if day in days_off or not spans:
        return frozenset()
    place = ZoneInfo(zone)
    begins, ends = (datetime.combine(day + timedelta(days=n), time(), place) for n in (0, 1))
    if begins.utcoffset() == ends.utcoffset():
        base = unit_at(begins)
        return frozenset(
            unit for first, last in spans for unit in range(base + units(first), base + units(last))
        )
    # The clock changes on this day: wide enough for any offset, the wall decides which are of it.
    noon = int(datetime.combine(day, time(12), UTC).timestamp()) // SECONDS
    found = set()
    for unit in range(noon - units(DAY) - 12, noon + units(DAY) + 12):
        wall = moment_of(unit).astimezone(place)
        minute = wall.hour * 60 + wall.minute
        if wall.date() == day and any(first <= minute < last for first, last in spans):
            found.add(unit)
    return frozenset(found)


def free_starts(
    working: Collection[int], taken: Collection[int], length: Length, *, earliest: int, latest: int
) -> list[int]:
    """Return the units with which a service can start, in order.

    It lies in working hours whole, meets nothing `taken` with what is kept free around it, and
    starts from `earliest` to `latest`. Starts may overlap each other: only one of them is chosen.
    """
    return [
        start
        for start in sorted(working)
        if earliest <= start <= latest
        and all(unit in working for unit in length.own(start))
        and not any(unit in taken for unit in length.busy(start))
    ]


def window(moment: datetime, notice_hours: int, days_ahead: int) -> tuple[int, int]:
    """Return the first and the last unit that can be booked at a moment."""
    first = (moment + timedelta(hours=notice_hours)).timestamp()
    last = (moment + timedelta(days=days_ahead)).timestamp()
    return int(-(-first // SECONDS)), int(last // SECONDS)


def comes_back(paid: int, start: datetime, moment: datetime, hours: int, percent: int) -> int:
    """Return how much of what was paid comes back to a buyer who calls off at a moment.

    Whole until `hours` before the start, then `percent` of it, rounded down, and nothing once it
    has begun. Amounts are whole minor units.
    """
    if moment >= start:
        return 0
    if moment <= start - timedelta(hours=hours):
        return paid
    return paid * percent // 100
