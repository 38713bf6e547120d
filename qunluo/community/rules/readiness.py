"""The readiness self-check: honest advice from five answers, and three other ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qunluo.community.rules.charter import DEFINITIONS, Values, Words
from qunluo.community.rules.predicates import flatten
from qunluo.kernel.definitions import load_file


@dataclass(frozen=True)
class Condition:
    """One of the five conditions, with the answer given: yes, partly, no or ""."""

    field: str
    title: Words
    quote: str
    advice: Words
    answer: str


@dataclass(frozen=True)
class Alternative:
    """A way to take part without founding alone."""

    id: str
    title: Words
    fits: Words
    give: Words
    receive: Words
    steps: tuple[Words, ...]


@dataclass(frozen=True)
class Readiness:
    """The verdict; `against` means that founding now is advised against."""

    verdict: str
    text: Words
    against: bool
    conditions: tuple[Condition, ...]
    alternatives: tuple[Alternative, ...]

    @property
    def failing(self) -> tuple[Condition, ...]:
        """Return the conditions answered "no"."""
        return tuple(c for c in self.conditions if c.answer == "no")

    @property
    def advice(self) -> tuple[Words, ...]:
        """Return what to do about each condition that is not fully there."""
        return tuple(c.advice for c in self.conditions if c.answer in {"no", "partly"})


def readiness(values: Values) -> Readiness:
    """Judge the five answers; the three alternatives are offered whenever something is missing."""
    data = load_file(DEFINITIONS / "ways" / "readiness.toml")
    facts = flatten(values)
    conditions = tuple(
        Condition(**entry, answer=facts.get(entry["field"], "")) for entry in data["condition"]
    )
    count = {say: sum(c.answer == say for c in conditions) for say in ("yes", "partly", "no")}
    verdict = next(v for v in data["verdict"] if _fits(v, count))
    ways = (Alternative(**{**a, "steps": tuple(a["steps"])}) for a in data["alternative"])
    return Readiness(
        verdict=verdict["id"],
        text=verdict["text"],
        against=verdict.get("against", False),
        conditions=conditions,
        alternatives=tuple(ways) if count["no"] else (),
    )


def _fits(verdict: Mapping[str, Any], count: Mapping[str, int]) -> bool:
    answered = sum(count.values())
    return bool(
        answered <= verdict.get("max_answered", 5)
        and count["no"] >= verdict.get("min_no", 0)
        and count["yes"] <= verdict.get("max_yes", 5)
    )
