"""What newcomers may not yet; read from definitions/newcomers.toml."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qunluo.kernel.definitions import load_file

FILE = Path(__file__).parents[1] / "definitions" / "newcomers.toml"
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w@])@\w", re.UNICODE)
PICTURE = re.compile(r"!\[")


@dataclass(frozen=True)
class Behaviour:
    """What somebody has done in a community so far."""

    days: int
    read: int
    reactions: int


@dataclass(frozen=True)
class Limit:
    """One thing that newcomers may do only so often."""

    name: str
    most: int
    label: Mapping[str, str]


def limits() -> dict[str, Limit]:
    """Return every limit by name."""
    return {name: Limit(name, **one) for name, one in _read()["limits"].items()}


def earned_by() -> dict[str, Any]:
    """Return what lifts the limits: days and read together, or reactions alone."""
    return dict(_read()["earned"])


def applies(members: int, permissions: Collection[str]) -> bool:
    """Return whether the limits count in a community of this size for somebody with these."""
    read = _read()
    return members >= read["applies_from"] and not set(read["exempt"]) & set(permissions)


def earned(behaviour: Behaviour) -> bool:
    """Return whether somebody is no newcomer any more."""
    needed = earned_by()
    stayed = behaviour.days >= needed["days"] and behaviour.read >= needed["read"]
    return bool(stayed or behaviour.reactions >= needed["reactions"])


def exceeded(text: str, *, pictures: int = 0, first_day: int | None = None) -> Limit | None:
    """Return the first limit that a text goes beyond; `first_day`: posts on the first day so far.

    None for `first_day` means that the first day has passed.
    """
    shown = len(PICTURE.findall(text)) + pictures
    asked = {
        "links": len(LINK.findall(text)),
        "mentions": len(MENTION.findall(text)),
        "pictures": shown,
        "first_day": 0 if first_day is None else first_day + 1,
    }
    known = limits()
    return next((known[name] for name, has in asked.items() if has > known[name].most), None)


def _read() -> Mapping[str, Any]:
    return load_file(FILE)
