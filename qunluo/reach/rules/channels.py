"""Kinds of channels, their jobs, and with how much patience they carry; plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from qunluo.kernel.definitions import load_file

FILE = Path(__file__).parents[1] / "definitions" / "channels.toml"
# Eleven attempts over almost three days, as the Standard Webhooks ask for.
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
LEASE = timedelta(minutes=2)
# One run of the jobs: others wait for their turn meanwhile.
SECONDS_IN_A_RUN, MOST_IN_A_RUN = 20, 20
NEWS = timedelta(days=7)  # what could not leave until then stays away, but for webhooks
LOG_KEPT, ARRIVALS_KEPT = timedelta(days=30), timedelta(days=400)
MOST_CHANNELS = 30
WINDOW, RETURNED_WITHIN = timedelta(days=28), timedelta(days=7)
ROTATION = timedelta(hours=24)
POLL, LONGEST_POLL = timedelta(minutes=30), timedelta(hours=24)
BINDING = timedelta(minutes=15)
LONGEST_TITLE, LONGEST_TEXT = 120, 8000
JOBS = ("acquire", "activate", "serve")
NAME = 60


@dataclass(frozen=True)
class Field:
    """What a kind of channel must be told; `secret` is sealed, `made` is drawn by us."""

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str] | str = ""
    type: str = "text"
    needed: bool = False
    secret: bool = False
    made: bool = False
    least: int = 0
    most: int = 0
    usual: Any = ""


@dataclass(frozen=True)
class Kind:
    """One way to carry messages out or bring them in."""

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    icon: str
    carries: bool = False
    brings: bool = False
    person: bool = False
    fields: tuple[Field, ...] = ()

    @property
    def into_a_space(self) -> bool:
        """Return whether what comes in needs a space to appear in; replies have their thread."""
        return self.brings and self.name != "mail"

    @property
    def events(self) -> "tuple[Carriable, ...]":
        """Return what it can carry."""
        found = carriables().values() if self.carries else ()
        return tuple(one for one in found if not one.only or self.name in one.only)


@dataclass(frozen=True)
class Carriable:
    """Something that happens and that a channel may carry; `type` is what receivers read."""

    name: str
    label: Mapping[str, str]
    type: str
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """What a channel is for, and how that is measured."""

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    formula: Mapping[str, str]


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind of channel, in order."""
    found = {}
    for name, given in load_file(FILE)["kinds"].items():
        fields = tuple(Field(name=one, **said) for one, said in given.get("fields", {}).items())
        found[name] = Kind(name=name, **{**given, "fields": fields})
    return found


@cache
def carriables() -> Mapping[str, Carriable]:
    """Return what channels may carry, in order."""
    return {
        name: Carriable(name=name, **{**given, "only": tuple(given.get("only", ()))})
        for name, given in load_file(FILE)["events"].items()
    }


@cache
def jobs() -> Mapping[str, Job]:
    """Return what a channel may be for, in order."""
    return {name: Job(name=name, **given) for name, given in load_file(FILE)["jobs"].items()}


def next_try(attempts: int, at: datetime, wait: int = 0) -> datetime | None:
    """Return when to carry again after so many failed attempts, None to give up.

    `wait` are the seconds that the other side asked for, a day at most.
    """
    if attempts > len(WAITS):
        return None
    return at + max(WAITS[attempts - 1], timedelta(seconds=min(wait, 86400)))


def next_poll(at: datetime, fails: int) -> datetime:
    """Return when to read a feed again: twice as late after each failure, daily at the latest."""
    return at + min(POLL * (1 << min(fails, 10)), LONGEST_POLL)
