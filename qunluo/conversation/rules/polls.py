"""Polls: two to ten answers, one or several to choose, until a moment or for good."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from qunluo.conversation.rules.writing import Faults, tidy
from qunluo.kernel.text import _

FEWEST, MOST, OPTION_LENGTH, LONGEST_DAYS = 2, 10, 80, 90
RESULTS = ("always", "answered", "closed")


@dataclass(frozen=True)
class Asked:
    """A poll that may be kept, or what is wrong with it."""

    options: list[str] = field(default_factory=list)
    multiple: bool = False
    results: str = "answered"
    until: datetime | None = None
    faults: Faults = field(default_factory=dict)


def check_poll(given: Mapping[str, Any], now: datetime) -> Asked:
    """Return a poll, tidied, with its faults by field."""
    options = [" ".join(tidy(str(one)).split()) for one in given.get("options") or ()]
    options = [one for one in options if one]
    faults: Faults = {}
    if not FEWEST <= len(options) <= MOST:
        faults["options"] = [_("A poll has two to ten answers, one on each line.")]
    elif len(set(options)) < len(options):
        faults["options"] = [_("Two of the answers are the same.")]
    elif any(len(one) > OPTION_LENGTH for one in options):
        faults["options"] = [_("An answer has at most 80 characters.")]
    results = given.get("results") or "answered"
    if results not in RESULTS:
        faults["results"] = [_("Choose one of those that are offered.")]
    until = given.get("until")
    if until is not None and until.tzinfo is None:
        faults["until"] = [_("Say in which time zone.")]
    elif until is not None and not now < until <= now + timedelta(days=LONGEST_DAYS):
        faults["until"] = [_("Choose a moment within the next ninety days.")]
    return Asked(options, bool(given.get("multiple")), str(results), until, faults)


def check_planned(given: Mapping[str, Any] | None, now: datetime) -> tuple[dict[str, Any], Faults]:
    """Return a poll that waits for its post as it is kept, with its faults by field.

    It runs for so many `days` from the moment it appears; without them, for good.
    """
    if not given:
        return {}, {}
    asked = check_poll({**given, "until": None}, now)
    faults, days = dict(asked.faults), given.get("days")
    if days is not None and not 1 <= int(days) <= LONGEST_DAYS:
        faults["days"] = [_("Between 1 and 90 days.")]
    kept = {"options": asked.options, "multiple": asked.multiple, "results": asked.results}
    return {**kept, "days": int(days) if days else None}, faults


def appearing(kept: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """Return a poll that was planned as it is asked at the moment at which it appears."""
    if not kept:
        return None
    days = kept.get("days")
    named = {name: kept.get(name) for name in ("options", "multiple", "results")}
    return {**named, "until": now + timedelta(days=int(days)) if days else None}


def kept(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a poll as it is kept while somebody looks at its post."""
    if not given:
        return None
    until = given.get("until")
    return {**given, "until": until.isoformat() if until else None}


def released(given: Mapping[str, Any] | None, late: timedelta) -> dict[str, Any] | None:
    """Return a poll that was kept as it is asked now, its end so much later."""
    if not given:
        return None
    until = given.get("until")
    return {**given, "until": datetime.fromisoformat(until) + late if until else None}


def check_answer(options: int, chosen: Iterable[int], *, multiple: bool) -> Faults:
    """Return what is wrong with an answer; it names the places of options, from 0 on."""
    named = list(chosen)
    if not named:
        return {"chosen": [_("Choose an answer.")]}
    if len(named) > 1 and not multiple:
        return {"chosen": [_("Choose one answer only.")]}
    if len(set(named)) < len(named) or any(not 0 <= one < options for one in named):
        return {"chosen": [_("Choose one of those that are offered.")]}
    return {}
