"""Whether a product fits a community, and what it is worth to people; plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from qunluo.kernel.definitions import load_file

DEFINITIONS = Path(__file__).parents[1] / "definitions"
Words = Mapping[str, str]


@dataclass(frozen=True)
class Missing:
    """Why a product may not go on sale yet, and what opens the gate."""

    code: str
    text: Words
    opens: Words


def score(function: int | None, emotion: int | None) -> int:
    """Return function × emotion, 0 to 100: either one at zero makes the whole zero.

    >>> score(8, 5), score(9, 0), score(None, 7)
    (40, 0, 0)
    """
    return (function or 0) * (emotion or 0)


def missing(declared: Mapping[str, Any], variants: int) -> list[Missing]:
    """Return what keeps a product from going on sale, in the order of the form.

    `declared` holds need, bought, used, quality, function and emotion.
    """
    return [
        Missing(one["code"], one["text"], one["opens"])
        for one in load_file(DEFINITIONS / "fitness.toml")["needs"]
        if not _holds(one, declared, variants)
    ]


def _holds(one: Mapping[str, Any], declared: Mapping[str, Any], variants: int) -> bool:
    for name, least in one.get("filled", {}).items():
        if len(str(declared.get(name) or "").strip()) < least:
            return False
    if not all(declared.get(name) for name in one.get("chosen", ())):
        return False
    either = one.get("either", {})
    # Until both are chosen, another need says so.
    if either and all(map(declared.get, either)):
        return any(declared.get(name) in often for name, often in either.items())
    factors = one.get("above", ())
    if factors and not score(*(declared.get(name) for name in factors)):
        return False
    return variants >= int(one.get("variants", 0))


@cache
def categories() -> dict[str, Words]:
    """Return the categories of the life circle by code."""
    return dict(load_file(DEFINITIONS / "catalogue.toml")["categories"])


@cache
def often() -> dict[str, Words]:
    """Return how often something is bought or used, by code."""
    return dict(load_file(DEFINITIONS / "catalogue.toml")["often"])
