"""The disorder index as data: counts by week, with what they mean (O02)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qunluo.community import queries as communities
from qunluo.kernel import queries as log
from qunluo.kernel.clock import now
from qunluo.kernel.definitions import load_file

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.governance.queries.decided import Viewer

FILE = Path(__file__).parents[1] / "definitions" / "disorder.toml"


@dataclass(frozen=True)
class Part:
    """One kind of disorder."""

    name: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Week:
    """What one week counted; `rate` is for each 100 messages, None when nobody wrote."""

    monday: date
    counts: Mapping[str, int]
    written: int
    running: bool

    @property
    def total(self) -> int:
        """Return how much there was of everything."""
        return sum(self.counts.values())

    @property
    def rate(self) -> float | None:
        """Return the sum for each 100 messages."""
        return self.total * 100 / self.written if self.written else None


@dataclass(frozen=True)
class Disorder:
    """The last weeks, the newest first; `alarm` is from which rate on somebody should look."""

    parts: tuple[Part, ...]
    weeks: tuple[Week, ...]
    formula: Mapping[str, str]
    alarm: float

    @property
    def alarming(self) -> bool:
        """Return whether the last week that is over passed the alarm."""
        over = next((week for week in self.weeks if not week.running), None)
        return over is not None and over.rate is not None and over.rate >= self.alarm


def disorder(community: "Community", *, viewer: "Viewer") -> Disorder:
    """Return the index of the last weeks for who works at the desk; PermissionMissing."""
    communities.require(viewer, community, "desk.view")
    data = load_file(FILE)
    today = now().date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=n) for n in range(data["weeks"])]
    names = {event: part for part, one in data["parts"].items() for event in one["events"]}
    counted = log.daily_counts(community.pk, [*names, *data["written"]], since=mondays[-1])
    weeks = tuple(_week(day, counted, names, data, running=day == monday) for day in mondays)
    parts = tuple(Part(name, one["label"]) for name, one in data["parts"].items())
    return Disorder(parts, weeks, data["formula"], data["alarm"])


def _week(
    monday: date,
    counted: Mapping[tuple[str, date], int],
    names: Mapping[str, str],
    data: Mapping[str, Any],
    *,
    running: bool,
) -> Week:
    counts = dict.fromkeys(data["parts"], 0)
    written = 0
    for (event, day), times in counted.items():
        if not monday <= day < monday + timedelta(weeks=1):
            continue
        if event in names:
            counts[names[event]] += times
        else:
            written += times
    return Week(monday, counts, written, running)
