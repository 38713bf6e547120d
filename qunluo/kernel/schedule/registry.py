"""Which function runs how often."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Literal, TypeVar

from qunluo.kernel.schedule.times import WEEKDAYS, Daily, Interval, Rhythm

Do = TypeVar("Do", bound=Callable[..., None])
CatchUp = Literal["latest", "each"]


@dataclass(frozen=True)
class Job:
    """A function of a room's jobs.py with its rhythm."""

    name: str
    function: Callable[..., None]
    rhythm: Rhythm
    catch_up: CatchUp
    keyed: bool
    atomic: bool
    takes: frozenset[str]
    when: Callable[[], object] | None = None


JOBS: dict[str, Job] = {}


def every(
    *,
    seconds: int = 0,
    minutes: int = 0,
    hours: int = 0,
    at: str = "",
    on: str = "",
    day: int | None = None,
    catch_up: CatchUp = "latest",
    keyed: bool = False,
    atomic: bool = True,
    when: Callable[[], object] | None = None,
) -> Callable[[Do], Do]:
    """Run the decorated function again and again: every(minutes=10), every(at="06:20").

    `on="mon fri"` and `day=1` (of the month) narrow `at`. After a downtime the latest missed time
    runs once, or each of them with catch_up="each". The function may take `due` (aware datetime)
    and `key`. A keyed job runs for what `plan(job, key, zone)` names, in that zone; others run
    once for the installation. With atomic=False it runs outside a transaction, for slow work such
    as sending mail: at least once instead of exactly once. With `when` a due job waits until that
    returns something true, and writes nothing meanwhile: for jobs that look often and find little.
    """
    rhythm = _rhythm(timedelta(hours=hours, minutes=minutes, seconds=seconds), at, on, day)

    def register(function: Do) -> Do:
        name = job_name(function)
        known = JOBS.get(name)
        if known and known.function.__module__ != function.__module__:
            raise TypeError(f"Two jobs are named {name}.")
        takes = frozenset(inspect.signature(function).parameters) & {"due", "key"}
        JOBS[name] = Job(name, function, rhythm, catch_up, keyed, atomic, takes, when)
        return function

    return register


def job_name(function: Callable[..., None]) -> str:
    """Return <room>.<function>."""
    parts = function.__module__.split(".")
    room = parts[1] if parts[0] == "qunluo" and len(parts) > 1 else parts[-1]
    return f"{room}.{function.__name__}"


def _rhythm(step: timedelta, at: str, on: str, day: int | None) -> Rhythm:
    if bool(step) == bool(at):
        raise TypeError("@every needs either an interval or at='HH:MM'.")
    if step:
        return Interval(step)
    weekdays = frozenset(WEEKDAYS.index(word) for word in on.replace(",", " ").split())
    return Daily(time.fromisoformat(at), weekdays, day)


def reset(jobs: dict[str, Job]) -> dict[str, Any]:
    """Put other jobs in place and return those before; for tests."""
    before = dict(JOBS)
    JOBS.clear()
    JOBS.update(jobs)
    return before
