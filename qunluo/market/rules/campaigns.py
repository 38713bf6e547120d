"""What each kind of campaign has, how it stands in time, and how it shares out; plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from qunluo.kernel.definitions import load_file

DEFINITIONS = Path(__file__).parents[1] / "definitions"
TEAMS, ENTRIES = "teams", "entries"
OWN, OPEN_ENDED = "own", "open"
Words = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """What campaigns of a kind have; see definitions/campaigns.toml."""

    code: str
    label: Words
    about: Words
    places: str
    waits: bool
    stock: str
    judged: bool = False
    thresholds: tuple[str, ...] = ()
    needs_threshold: bool = False
    batches: bool = False
    edits: bool = False
    queue: bool = False
    cases: bool = False
    ladder: bool = False
    hosted: bool = False

    @property
    def teams(self) -> bool:
        """Tell whether people buy in teams."""
        return self.places == TEAMS


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by its code."""
    told = load_file(DEFINITIONS / "campaigns.toml")["kinds"]
    return {
        code: Kind(code, **{**one, "thresholds": tuple(one.get("thresholds", ()))})
        for code, one in told.items()
    }


def standing(state: str, starts_at: datetime, ends_at: datetime, moment: datetime) -> str:
    """Return how a campaign stands: "coming" and "over" are told by the clock alone."""
    if state != "open":
        return state
    if moment >= ends_at:
        return "over"
    return "open" if moment >= starts_at else "coming"


def cut_off(day: date, at: time, time_zone: str) -> datetime:
    """Return the moment of a wall clock in a community's time zone.

    >>> cut_off(date(2026, 3, 1), time(20), "Asia/Shanghai").isoformat()
    '2026-03-01T20:00:00+08:00'
    """
    return datetime.combine(day, at, ZoneInfo(time_zone))


def price_at(price: int, steps: Sequence[Sequence[int]], units: int) -> int:
    """Return the price that so many units reach together.

    >>> [price_at(100, [[10, 90], [50, 70]], n) for n in (9, 10, 50)]
    [100, 90, 70]
    """
    return min([price, *(lower for least, lower in steps if units >= least)])


def met(kind: str, threshold: int, *, units: int, amount: int, buyers: int) -> bool:
    """Tell whether a threshold is met.

    >>> met("units", 10, units=10, amount=0, buyers=1)
    True
    >>> met("buyers", 2, units=9, amount=9, buyers=1)
    False
    """
    if not kind:
        return True
    return {"units": units, "amount": amount, "buyers": buyers}[kind] >= threshold


class Asked(NamedTuple):
    """What one line asks for: `sure` pieces, and up to `more` if that fills a case."""

    sure: int
    more: int = 0


def allot(asked: Sequence[Asked], case: int) -> list[int]:
    """Return how many pieces each line gets so that whole cases come out; the first come first.

    Tolerance fills the last case where it reaches; otherwise that case is not ordered and who came
    last goes without.

    >>> allot([Asked(4), Asked(3, 3), Asked(3)], 6)
    [4, 5, 3]
    >>> allot([Asked(4), Asked(3), Asked(3)], 6)
    [4, 2, 0]
    """
    sure = sum(one.sure for one in asked)
    rest = sure % case
    fills = rest and sum(one.more for one in asked) >= case - rest
    total = sure - rest + (case if fills else 0)
    given: list[int] = []
    for one in asked:
        given.append(min(one.sure, total))
        total -= given[-1]
    for place, one in enumerate(asked):
        extra = min(one.more, total)
        given[place] += extra
        total -= extra
    return given


def mask(name: str) -> str:
    """Return a name of which only the first letter can be read.

    >>> mask("李小明"), mask("Mei"), mask("")
    ('李**', 'M**', '**')
    """
    return f"{name.strip()[:1]}**"
