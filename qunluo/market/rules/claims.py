"""What can be claimed, how a claim stands in time, and what a remedy is worth; plain Python."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from qunluo.kernel.definitions import load_file

DEFINITIONS = Path(__file__).parents[1] / "definitions"
OPEN, OFFERED, ACCEPTED, SENT = "open", "offered", "accepted", "sent"
DECLINED, DISPUTED = "declined", "disputed"
DONE, WITHDRAWN, LAPSED = "done", "withdrawn", "lapsed"
LIVE = (OPEN, OFFERED, ACCEPTED, SENT, DECLINED, DISPUTED)
# Where time leads when nobody acts; an offer of something stands in the buyer's favour.
BY_TIME: Mapping[str, str] = {
    OPEN: DISPUTED, SENT: DISPUTED, OFFERED: LAPSED, ACCEPTED: LAPSED, DECLINED: LAPSED,
}  # fmt: skip
WAITS_FOR_SHOP = (OPEN, SENT)
NONE, PART, WHOLE, REPLACEMENT = "none", "part", "whole", "replacement"
MOST_PICTURES = 3
Words = Mapping[str, str]


@cache
def _told() -> Any:
    return load_file(DEFINITIONS / "claims.toml")


def claim_kinds() -> Mapping[str, Words]:
    """Return what can be wrong, by code."""
    kinds: Mapping[str, Words] = _told()["kinds"]
    return kinds


def claim_wants() -> Mapping[str, Words]:
    """Return what a buyer may want, by code."""
    wants: Mapping[str, Words] = _told()["wants"]
    return wants


def remedies() -> Mapping[str, Words]:
    """Return what a shop may give to everybody, by code."""
    named: Mapping[str, Words] = _told()["remedies"]
    return named


def span(step: str) -> timedelta:
    """Return how long a step takes.

    >>> span("answer").days
    3
    """
    return timedelta(days=_told()["days"][step])


def complaint_days() -> int:
    """Return for how many days somebody can complain."""
    return span("complain").days


def group_range(name: str) -> tuple[int, int]:
    """Return the least and the most that a shop may set for `from` or `answer_days`.

    >>> group_range("from")
    (2, 10)
    """
    told = _told()["group"][name]
    return told["least"], told["most"]


def standing(state: str, due_at: datetime | None, moment: datetime, *, offers: bool) -> str:
    """Return how a claim stands now: its time counts from the second it is over.

    >>> from datetime import UTC
    >>> day = datetime(2026, 3, 1, tzinfo=UTC)
    >>> standing("open", day, day, offers=False), standing("offered", day, day, offers=True)
    ('disputed', 'done')
    """
    if due_at is None or moment < due_at:
        return state
    if state == OFFERED and offers:
        return DONE
    return BY_TIME.get(state, state)


def remedy_amount(remedy: str, percent: int, paid: int, had: int, left: int) -> int:
    """Return what a remedy still gives for lines worth `paid`, of which `had` went back before.

    >>> remedy_amount("part", 30, 1_001, 100, 10_000), remedy_amount("whole", 0, 900, 0, 500)
    (200, 500)
    """
    share = {WHOLE: 100, PART: percent}.get(remedy, 0)
    return max(0, min(paid * share // 100 - had, left))
