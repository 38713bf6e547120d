"""Word lists that hold a post for review; one automaton over all terms of the software."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import ahocorasick

from qunluo.kernel.definitions import load

FOLDER = Path(__file__).parents[1] / "definitions" / "words"
OWN = "own"
OWN_LABEL = {"en": "Words this community looks at first", "zh": "本社群先看一眼的词"}
OWN_RULE = {
    "en": "This community reads posts with this word before they appear.",
    "zh": "含有这个词的发言，本社群会先看过再显示。",
}
MOST_WORDS, WORD_LENGTH = 200, 40
# What people put between the signs of a word so that no list finds it.
BETWEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff*·.。,，、_\-~|/\\+]+")
BLANK = re.compile(r"\s+")
WORD = re.compile(r"[a-z0-9]")


@dataclass(frozen=True)
class Category:
    """One list of words, and the rule that they touch."""

    name: str
    order: int
    label: Mapping[str, str]
    rule: Mapping[str, str]
    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A word that was found, and the category it stands in."""

    category: str
    word: str


@cache
def categories() -> Mapping[str, Category]:
    """Return the lists of the software by name, in their order."""
    found = [_category(name, data) for name, data in load(FOLDER).items()]
    return {one.name: one for one in sorted(found, key=lambda one: one.order)}


def rule_of(category: str) -> Mapping[str, str]:
    """Return the rule that a category stands for, in both languages."""
    known = categories().get(category)
    return known.rule if known else OWN_RULE


def label_of(category: str) -> Mapping[str, str]:
    """Return what a category is called, in both languages."""
    known = categories().get(category)
    return known.label if known else OWN_LABEL


def find(text: str, *, off: Iterable[str] = (), own: Iterable[str] = ()) -> Hit | None:
    """Return the first word of a list that a text contains, or None.

    Chinese terms are found across spaces and signs put between; English ones as whole words.
    """
    folded = fold(text)
    dense, spaced = BETWEEN.sub("", folded), BLANK.sub(" ", folded)
    left_out = set(off)
    for machine in (_machine(), _own_machine(tuple(own))):
        for body, chinese in ((dense, True), (spaced, False)):
            for hit in _hits(machine, body, chinese=chinese):
                if hit.category not in left_out:
                    return hit
    return None


def fold(text: str) -> str:
    """Return a text with its variants of width and case made one."""
    return unicodedata.normalize("NFKC", text).casefold()


def tidy_words(lines: Iterable[str]) -> list[str]:
    """Return the words of a community's own list, each once and none empty."""
    words = (" ".join(line.replace("\0", "").split()) for line in lines)
    return list(dict.fromkeys(word for word in words if word))


def fits(words: Collection[str]) -> bool:
    """Return whether a list of a community can be kept: not too long, and of words."""
    return len(words) <= MOST_WORDS and all(2 <= len(one) <= WORD_LENGTH for one in words)


def _hits(machine: Any, body: str, *, chinese: bool) -> Iterable[Hit]:
    if not len(machine) or not body:
        return
    for end, (category, word, latin) in machine.iter(body):
        if latin == chinese:
            continue
        if not latin or _whole(body, end - len(word) + 1, end + 1):
            yield Hit(category, word)


def _whole(body: str, start: int, end: int) -> bool:
    before = body[start - 1] if start else " "
    after = body[end] if end < len(body) else " "
    return not (WORD.match(before) or WORD.match(after))


@cache
def _machine() -> Any:
    terms = [(one.name, term) for one in categories().values() for term in (*one.zh, *one.en)]
    return _built(terms)


@lru_cache(maxsize=256)
def _own_machine(words: tuple[str, ...]) -> Any:
    return _built([(OWN, word) for word in words])


def _built(terms: Iterable[tuple[str, str]]) -> Any:
    machine = ahocorasick.Automaton()
    for category, term in terms:
        word = fold(term)
        latin = word.isascii()
        key = BLANK.sub(" ", word) if latin else BETWEEN.sub("", word)
        if key:
            machine.add_word(key, (category, key, latin))
    if len(machine):
        machine.make_automaton()
    return machine


def _category(name: str, data: Mapping[str, Any]) -> Category:
    lists = {key: tuple(data.get(f"terms_{key}", ())) for key in ("zh", "en")}
    return Category(name, data["order"], data["label"], data["rule"], **lists)
