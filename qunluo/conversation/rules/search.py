"""What can be found: one tokeniser for both databases, reading a question, ranking, highlighting.

Chinese is written without spaces, so a run of it becomes overlapping pairs of characters and its
last character: any part of two or more characters is a phrase of neighbouring pairs, and a single
character is the beginning of a pair. Latin words are lower case without accents, and the last word
of a question may be the beginning of a longer one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from math import exp2

LONGEST_QUESTION, MOST_PHRASES, WORD_LENGTH = 200, 12, 40
EXCERPT, LEAD = 110, 24
# Marks that no text contributes: scopes begin with it, and alone it parts a title from a text.
MARK = "¶"
CJK = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
RUN = re.compile(f"[{CJK}]+|[^\\W_{CJK}]+")
WORD = f"[^\\W_{CJK}]"
QUOTED = re.compile(r"[\"“”„«»「」『』]([^\"“”„«»「」『』]+)[\"“”„«»「」『』]")
RECENT_DAYS = 60


class _Folding(dict[int, str]):
    """What each character is compared as; filled as characters come."""

    def __missing__(self, code: int) -> str:
        told = unicodedata.normalize("NFKC", chr(code)).casefold()
        parts = unicodedata.normalize("NFD", told)
        # Greek, Cyrillic and Latin lose their accents; kana keep theirs, which change the sound.
        if parts[:1] < "\u0530":
            told = "".join(c for c in parts if not unicodedata.combining(c))
        self[code] = told
        return told


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return the text as it is compared: one width, lower case, without accents.

    >>> fold("Ｃafé 咖啡")
    'cafe 咖啡'
    """
    return unicodedata.normalize("NFC", text).translate(_FOLDING)


def tokens(text: str) -> Iterator[str]:
    """Yield what a text is found by, in order.

    >>> list(tokens("我的iPad"))
    ['我的', '的', 'ipad']
    """
    for run in RUN.findall(fold(text)):
        yield from _of_run(run)


def document(scopes: Iterable[str], *parts: str) -> str:
    """Return the words of a document; scopes limit a search, parts are a title and a text."""
    told = [MARK + scope for scope in scopes]
    for part in parts:
        told += [MARK, *tokens(part)]
    return " ".join(told)


@dataclass(frozen=True)
class Phrase:
    """Tokens that stand next to each other; the last may be only the beginning of a word."""

    tokens: tuple[str, ...]
    begins: bool
    runs: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds the phrase in a folded text."""
        first, last = self.runs[0], self.runs[-1]
        start = "" if _chinese(first) else f"(?<!{WORD})"
        end = "" if _chinese(last) or self.begins else f"(?!{WORD})"
        return re.compile(start + r"[\W_]*".join(map(re.escape, self.runs)) + end)


@dataclass(frozen=True)
class Question:
    """What somebody looks for: every phrase has to be there."""

    text: str
    phrases: tuple[Phrase, ...]
    cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.phrases)


def question(text: str) -> Question:
    """Read what somebody typed; what stands in quotation marks is taken word by word.

    Nothing in it is an operator: brackets, asterisks and words such as NEAR only mean themselves.
    """
    said = " ".join(text.replace("\0", " ").split())
    kept = said[:LONGEST_QUESTION]
    found: list[Phrase] = []
    rest = 0
    for match in QUOTED.finditer(kept):
        found += _pieces(kept[rest : match.start()])
        found += [one] if (one := _phrase(match.group(1), whole=True)) else []
        rest = match.end()
    found += _pieces(kept[rest:])
    several = tuple(dict.fromkeys(found))
    cut = len(said) > LONGEST_QUESTION or len(several) > MOST_PHRASES
    return Question(kept, several[:MOST_PHRASES], cut)


def fts5(asked: Question, scopes: Iterable[Iterable[str]] = ()) -> str:
    """Return the question as SQLite's FTS5 reads it; of each group of scopes one must be there."""
    told = [_any([f'"{MARK}{scope}"' for scope in group], " OR ") for group in scopes]
    told += [f'"{" ".join(one.tokens)}"' + " *" * one.begins for one in asked.phrases]
    return " AND ".join(told)


def tsquery(asked: Question, scopes: Iterable[Iterable[str]] = ()) -> str:
    """Return the question as PostgreSQL reads it; of each group of scopes one must be there."""
    told = [_any([f"'{MARK}{scope}'" for scope in group], " | ") for group in scopes]
    for one in asked.phrases:
        neighbours = " <-> ".join(f"'{token}'" for token in one.tokens)
        told.append(f"({neighbours}{':*' if one.begins else ''})")
    return " & ".join(told)


def tsvector(words: str) -> str:
    """Return the words of a document as PostgreSQL keeps them; a place counts up to 16,383."""
    places = enumerate(words.split(" "), 1)
    return " ".join(f"'{word}':{min(place, 16_383)}" for place, word in places if word)


def score(asked: Question, title: str, text: str, days: float) -> float:
    """Return how well a text answers: how often and how densely, in its title, and how new.

    The whole question in a title weighs as much as everything else together.
    """
    title, text = fold(title), fold(text)
    dense = 1 / (1 + len(text) / 300)
    often = titled = 0.0
    for one in asked.phrases:
        times = min(5, sum(1 for _match in one.pattern.finditer(text)))
        often += times / (times + 1)
        titled += bool(one.pattern.search(title))
    share = 1 / max(1, len(asked.phrases))
    return (
        titled * share * 2 + often * share + 0.4 * dense + 0.6 * exp2(-max(0, days) / RECENT_DAYS)
    )


def answers(asked: Question, *texts: str) -> bool:
    """Return whether every phrase stands in one of the texts."""
    folded = [fold(text) for text in texts]
    return all(any(one.pattern.search(text) for text in folded) for one in asked.phrases)


def touches(asked: Question, text: str) -> bool:
    """Return whether a phrase of the question stands in a text."""
    folded = fold(text)
    return any(one.pattern.search(folded) for one in asked.phrases)


def excerpt(asked: Question, text: str, length: int = EXCERPT) -> str:
    """Return safe HTML of the part of a plain text where the question is met, <mark> around it."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    spans = _spans(asked, text)
    start = max(0, spans[0][0] - LEAD) if spans else 0
    if len(text) - start < length:
        start = max(0, len(text) - length)
    while 0 < start < len(text) and re.match(WORD, text[start]) and re.match(WORD, text[start - 1]):
        start -= 1
    end = start + length
    return (
        ("…" if start else "") + _marked(text, spans, start, end) + ("…" if end < len(text) else "")
    )


def highlight(asked: Question, text: str) -> str:
    """Return a whole short text as safe HTML, <mark> around what was asked for."""
    text = unicodedata.normalize("NFC", text)
    return _marked(text, _spans(asked, text), 0, len(text))


def _of_run(run: str) -> list[str]:
    if not _chinese(run):
        return [run[:WORD_LENGTH]]
    return [*(run[i : i + 2] for i in range(len(run) - 1)), run[-1]]


def _chinese(run: str) -> bool:
    return re.match(f"[{CJK}]", run) is not None


def _pieces(text: str) -> list[Phrase]:
    """Return a phrase for each part between blanks and signs."""
    parts = re.findall(r"[^\W_]+", text)
    return [one for part in parts if (one := _phrase(part, whole=False))]


def _phrase(text: str, *, whole: bool) -> Phrase | None:
    """Return a phrase; `whole` says that its last word ends where the text does."""
    runs = tuple(run[:WORD_LENGTH] for run in RUN.findall(fold(text)))
    if not runs:
        return None
    found = [token for run in runs for token in _of_run(run)]
    last = runs[-1]
    if _chinese(last):
        begins = len(last) == 1
        # The text may go on where the question ends: then no pair ends there.
        if not begins:
            found.pop()
    else:
        begins = not whole and len(last) > 1
    return Phrase(tuple(found), begins, runs)


def _any(told: list[str], between: str) -> str:
    return f"({between.join(told)})"


def _spans(asked: Question, text: str) -> list[tuple[int, int]]:
    """Return where the phrases stand in a text (NFC), in order and without overlaps."""
    places: list[int] = []
    folded = ""
    for number, character in enumerate(text):
        told = _FOLDING[ord(character)]
        folded += told
        places += [number] * len(told)
    found = sorted(
        (places[match.start()], places[match.end() - 1] + 1)
        for one in asked.phrases
        for match in one.pattern.finditer(folded)
        if match.end() > match.start()
    )
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _marked(text: str, spans: list[tuple[int, int]], start: int, end: int) -> str:
    told, at = "", start
    for first, last in spans:
        first, last = max(first, start), min(last, end)
        if first < last:
            told += f"{escape(text[at:first])}<mark>{escape(text[first:last])}</mark>"
            at = last
    return told + escape(text[at:end])
