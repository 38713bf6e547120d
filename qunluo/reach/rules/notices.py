"""Why something reaches a person, and on which ways: one resolution for everything; plain Python.

A wish names a scope ("" for everything, or "community:7", "space:3", "thread:12") and a reason
("" for every reason). The narrowest that says something wins; a reason beats none in its scope.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qunluo.kernel.definitions import load_file
from qunluo.kernel.text import enumerated, pick

DEFINITIONS = Path(__file__).parents[1] / "definitions"
AT_ONCE, DIGEST, NONE = "at_once", "digest", "none"
MAIL = (AT_ONCE, DIGEST, NONE)
SCOPES = ("community", "space", "thread")
KEPT_CAUSES = 200
KEPT_ACTORS = 50
BELL_TOP = 99
READ_KEPT, UNREAD_KEPT = timedelta(days=90), timedelta(days=400)


@dataclass(frozen=True)
class Reason:
    """Why something comes; `always` ignores mutes and quiet hours, `quiet` rings no bell."""

    name: str
    label: Mapping[str, str]
    why: Mapping[str, str]
    icon: str
    mail: str
    push: bool
    quiet: bool = False
    always: bool = False


@dataclass(frozen=True)
class Wish:
    """What a person wants in one scope for one reason; None says nothing."""

    mail: str | None = None
    push: bool | None = None
    muted: bool | None = None


@dataclass(frozen=True)
class Way:
    """How something reaches a person."""

    mail: str
    push: bool
    muted: bool


@cache
def reasons() -> Mapping[str, Reason]:
    """Return every reason by name."""
    found = load_file(DEFINITIONS / "reasons.toml")
    return MappingProxyType({name: Reason(name, **data) for name, data in found.items()})


def reason_of(name: str) -> Reason:
    """Return a reason; an unknown one is about membership."""
    return reasons().get(name) or reasons()["membership"]


def resolve(reason: Reason, scopes: Sequence[str], wishes: Mapping[tuple[str, str], Wish]) -> Way:
    """Return how something reaches a person; `scopes` from the widest to the narrowest.

    What is quiet by nature leaves the page only for who asked for exactly that.
    """
    if reason.always:
        return Way(AT_ONCE, push=True, muted=False)
    names = (reason.name,) if reason.quiet else (reason.name, "")
    order = [(scope, name) for scope in (*reversed(scopes), "") for name in names]
    said = [wishes[place] for place in order if place in wishes]
    return Way(
        mail=next((one.mail for one in said if one.mail), reason.mail),
        push=next((one.push for one in said if one.push is not None), reason.push),
        muted=next((one.muted for one in said if one.muted is not None), False),
    )


def joined(causes: Iterable[str], cause: str) -> list[str]:
    """Return the causes with one more, the latest kept."""
    return [*causes, cause][-KEPT_CAUSES:]


def latest_first(actors: Iterable[int], actor: int | None) -> list[int]:
    """Return who acted, each once, the last one first."""
    others = [one for one in actors if one != actor]
    return ([actor, *others] if actor else others)[:KEPT_ACTORS]


def crowd(names: Sequence[str], count: int, language: str) -> str:
    """Return "Mei", "Mei and Lin" or "Mei and 3 others"; `count` people in all.

    >>> crowd(["Mei"], 1, "en"), crowd(["Mei", "Lin"], 2, "en"), crowd(["Mei", "Lin"], 4, "en")
    ('Mei', 'Mei and Lin', 'Mei and 3 others')
    """
    words = load_file(DEFINITIONS / "notices.toml")["crowd"]
    if not names:
        return str(pick(words["nobody"], language))
    if count <= 1:
        return names[0]
    if count == 2 and len(names) > 1:
        return str(pick(words["two"], language)).format(one=names[0], other=names[1])
    return str(pick(words["more"], language)).format(one=names[0], count=count - 1)


def told(template: Any, language: str, words: Mapping[str, Any]) -> str:
    """Return a sentence in a language; words may be bilingual themselves, or lists of names."""
    filled = {
        name: enumerated(word, language) if isinstance(word, list) else pick(word, language)
        for name, word in words.items()
    }
    return str(pick(template, language)).format_map(filled)
