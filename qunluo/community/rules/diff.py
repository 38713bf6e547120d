"""What changed between two charters: field by field, and word by word in texts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from qunluo.community.rules.predicates import filled, flatten

# A Chinese character is a word of its own; Latin words, numbers and blanks stay whole.
TOKEN = re.compile(r"[A-Za-z0-9_'’-]+|\s+|.", re.DOTALL)
Values = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed ("same"), went ("gone") or came ("new")."""

    op: str
    text: str


@dataclass(frozen=True)
class FieldChange:
    """A field whose value differs; `before` or `after` is None when it was not filled in.

    `said` holds both values in a reader's words, when they were asked for.
    """

    path: str
    before: Any
    after: Any
    said: tuple[Any, Any] | None = field(default=None, compare=False)

    @property
    def kind(self) -> str:
        """Return added, removed or changed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def pieces(self) -> list[Piece]:
        """Return the change word by word; lists and rows are compared entry by entry."""
        before, after = self.said or (self.before, self.after)
        if isinstance(before, list) or isinstance(after, list):
            return _entries(before or [], after or [])
        return words(_plain(before), _plain(after))


def diff(before: Values, after: Values) -> list[FieldChange]:
    """Return the changed fields, sorted by path; unfilled and missing are the same."""
    old, new = (
        {path: value for path, value in flatten(values).items() if filled(value)}
        for values in (before, after)
    )
    return [
        FieldChange(path, old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def replay(before: Values, changes: Iterable[FieldChange]) -> dict[str, dict[str, Any]]:
    """Return the charter that the changes lead to; the inverse of `diff`."""
    result = {
        step: {name: value for name, value in fields.items() if filled(value)}
        for step, fields in before.items()
    }
    for change in changes:
        step, _, name = change.path.partition(".")
        if change.after is None:
            result.get(step, {}).pop(name, None)
        else:
            result.setdefault(step, {})[name] = change.after
    return {step: fields for step, fields in result.items() if fields}


def words(before: str, after: str) -> list[Piece]:
    """Return the pieces that turn one text into the other."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    return _pieces(old, new, joiner="")


def _entries(before: Iterable[Any], after: Iterable[Any]) -> list[Piece]:
    return _pieces([_plain(item) for item in before], [_plain(item) for item in after], joiner="\n")


def _pieces(old: list[str], new: list[str], joiner: str) -> list[Piece]:
    found: list[Piece] = []
    for op, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            found.append(Piece("same", joiner.join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("gone", joiner.join(old[i:j])))
        if k < m:
            found.append(Piece("new", joiner.join(new[k:m])))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        if value.keys() == {"minor", "currency"}:
            return f"{value['minor']} {value['currency']}"
        return " · ".join(_plain(cell) for cell in value.values())
    return "" if value is None else str(value)
