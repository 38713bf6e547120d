"""Short questions to every member: what is asked, for how long, and when a number is told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from qunluo.kernel.definitions import load_file

FILE = Path(__file__).parents[1] / "definitions" / "surveys.toml"
RUNS, AGAIN_AFTER = timedelta(days=14), timedelta(days=28)
ENOUGH = 5  # answers, below which a number would tell who said what
LEAST, MOST = 1, 5
Words = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One of the questions; `place` is the page that asks it."""

    name: str
    place: str
    title: Words
    asks: Words
    means: Words


@dataclass(frozen=True)
class Outcome:
    """What a round came to: how many answered, their mean, and how often each answer was given."""

    n: int
    mean: float
    spread: tuple[int, ...]


@cache
def questions() -> Mapping[str, Question]:
    """Return the questions by name, in their order."""
    return {name: Question(name=name, **said) for name, said in load_file(FILE).items()}


def outcome(ratings: Iterable[int]) -> Outcome | None:
    """Return what a round came to; None of fewer than five answers."""
    given = list(ratings)
    if len(given) < ENOUGH:
        return None
    counts = Counter(given)
    spread = tuple(counts[one] for one in range(LEAST, MOST + 1))
    return Outcome(len(given), sum(given) / len(given), spread)
