"""When a job is due; plain Python.

A local time that a clock change skips is shifted forward by the skipped hour; one that happens
twice counts the first time. Both follow from zoneinfo with fold=0.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)


class Rhythm(Protocol):
    """Says the due times of a job."""

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the first due time later than a moment, in UTC."""

    def latest(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the last due time not later than a moment, in UTC."""


@dataclass(frozen=True)
class Interval:
    """Every so often, on a grid that starts at 1970, so that all workers agree."""

    step: timedelta

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the first due time later than a moment."""
        return self.latest(moment, zone) + self.step

    def latest(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the last due time not later than a moment."""
        return EPOCH + (moment - EPOCH) // self.step * self.step


@dataclass(frozen=True)
class Daily:
    """At a local time of day; on some weekdays (0 is Monday) or days of the month only."""

    at: time
    weekdays: frozenset[int] = frozenset()
    day: int | None = None

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the first due time later than a moment."""
        today = moment.astimezone(zone).date() - ONE_DAY
        while not self._falls_on(today) or (due := self._moment(today, zone)) <= moment:
            today += ONE_DAY
        return due

    def latest(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the last due time not later than a moment."""
        today = moment.astimezone(zone).date() + ONE_DAY
        while not self._falls_on(today) or (due := self._moment(today, zone)) > moment:
            today -= ONE_DAY
        return due

    def _falls_on(self, today: date) -> bool:
        if self.weekdays and today.weekday() not in self.weekdays:
            return False
        return self.day is None or today.day == min(self.day, _days_in_month(today))

    def _moment(self, today: date, zone: ZoneInfo) -> datetime:
        return datetime.combine(today, self.at, tzinfo=zone).astimezone(UTC)


def _days_in_month(today: date) -> int:
    next_month = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (next_month - ONE_DAY).day
