"""Reactions, following and why something stands in a stream."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from qunluo.kernel.definitions import load_file

HERE = Path(__file__).parents[1] / "definitions"
SECOND = "second"
FOLLOWING = ("normal", "followed", "muted")
THREAD, SPACE = "thread", "space"  # what notices are about
KEEP_DAYS = 400  # how long something counts as unread
STREAM_DAYS = 90  # a stream ends


def reactions() -> Mapping[str, Any]:
    """Return the reactions by name: sign and label."""
    return load_file(HERE / "reactions.toml")


def fits(reaction: str, *, seconds: bool) -> bool:
    """Return whether a post can be reacted to like this; seconding is for openers of worries."""
    return reaction in reactions() or (reaction == SECOND and seconds)


def why(*, mentioned: bool, waits: bool, yours: bool, followed: bool) -> str:
    """Return the strongest reason for showing a thread to somebody."""
    told = {"mentioned": mentioned, "waiting": waits, "yours": yours, "following": followed}
    return next((name for name, holds in told.items() if holds), "space")


@cache
def why_label(name: str) -> Mapping[str, str]:
    """Return a reason in words; {space}, {name}, {n} and {day} may stand in it."""
    label: Mapping[str, str] = load_file(HERE / "why.toml")[name]["label"]
    return label
