"""Which column holds what: guessed from headers in two languages and from the values."""

import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qunluo.growth.errors import ColumnsMissing, OrderColumnsMissing, UnknownColumn
from qunluo.growth.rules import shapes

DEFINITIONS = Path(__file__).parents[1] / "definitions" / "columns.toml"
IDENTITY = ("external_id", "phone", "email")
EXACT, PART = 2.0, 1.2
SURE = 0.6
ENOUGH = 5
STRICT = {"email", "phone", "date", "money", "integer", "quantity"}
# Stands before the columns that we add to a list of refused rows: never taken for data.
MARK = "[Qunluo]"
Mapped = dict[str, int]


@dataclass(frozen=True)
class Column:
    """Something a column may hold; `orders` when it belongs to a purchase."""

    name: str
    label: dict[str, str]
    help: dict[str, str]
    shape: str
    headers: frozenset[str]
    part: tuple[str, ...]
    orders: bool = False


@dataclass(frozen=True)
class Guess:
    """What we think of a table: whether its first row is a header, and which column holds what."""

    header: list[str]
    mapping: Mapped

    @property
    def has_header(self) -> bool:
        """Return whether the first row names the columns."""
        return bool(self.header)


@cache
def columns() -> dict[str, Column]:
    """Return every column by name, in the order of the file."""
    return {
        name: Column(
            name=name,
            label=entry["label"],
            help=entry["help"],
            shape=entry["shape"],
            headers=frozenset(map(normal, entry["headers"])),
            part=tuple(map(normal, entry["part"])) if "part" in entry else (),
            orders=entry.get("orders", False),
        )
        for name, entry in tomllib.loads(DEFINITIONS.read_text(encoding="utf-8")).items()
    }


def normal(header: str) -> str:
    """Return a header as it is compared: half-width, small, letters and digits only."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return "".join(char for char in folded if char.isalnum())


def is_ours(header: str) -> bool:
    """Return whether the column is one that we added to a list of refused rows."""
    return unicodedata.normalize("NFKC", header).lstrip("'").startswith(MARK)


def theirs(header: Sequence[str]) -> list[str]:
    """Return the names of the columns without those that we added."""
    return [cell for cell in header if not is_ours(cell)]


def recalled(guessed: Guess, header: Sequence[str], mapping: Mapping[str, int]) -> Guess:
    """Return the guess with the mapping of an earlier table that had the same columns."""
    places = [index for index, cell in enumerate(guessed.header) if not is_ours(cell)]
    before = [index for index, cell in enumerate(header) if not is_ours(cell)]
    moved = dict(zip(before, places, strict=True))
    return Guess(guessed.header, {name: moved[at] for name, at in mapping.items() if at in moved})


def guess(
    rows: Sequence[Sequence[str]], *, orders_only: bool = False, has_header: bool | None = None
) -> Guess:
    """Return the likely header and mapping of a table from its first rows."""
    if has_header is None:
        has_header = looks_like_header(rows)
    header = [cell or str(i) for i, cell in enumerate(rows[0], start=1)] if has_header else []
    values = list(zip_columns(rows[1:] if header else rows))
    mapping: Mapped = {}
    for _score, _order, index, name in sorted(_candidates(header, values)):
        if name not in mapping and index not in mapping.values():
            mapping[name] = index
    return Guess(header, consistent(mapping, orders_only=orders_only))


def zip_columns(rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the values of each column; short rows count as empty there."""
    width = max(map(len, rows), default=0)
    for index in range(width):
        yield [row[index] if index < len(row) else "" for row in rows]


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row names columns: no values, and known words or a contrast."""
    first = [cell for cell in rows[0] if cell]
    if any(map(is_ours, first)):
        return True
    if not first or any(_is_value(cell) for cell in first) or len(set(first)) < len(first):
        return False
    known = sum(any(_header_score(normal(cell), c) for c in columns().values()) for cell in first)
    if known * 3 >= len(first):
        return True
    below = zip(rows[0], zip_columns(rows[1:]), strict=False)
    return any(title and not _has_digit(title) and _mostly(_has_digit, v) for title, v in below)


def consistent(mapping: Mapped, *, orders_only: bool) -> Mapped:
    """Return the mapping without half an order, or totals beside orders."""
    known = columns()
    whole = "on" in mapping and "amount" in mapping
    totals = {"last_order_on", "orders_count", "amount_total"}
    return {
        name: index
        for name, index in mapping.items()
        if (whole or not known[name].orders)
        and not (whole and name in totals)
        and (not orders_only or known[name].orders or name in IDENTITY)
    }


def has_orders(mapping: Mapping[str, int]) -> bool:
    """Return whether each row is a purchase."""
    return "on" in mapping and "amount" in mapping


def check(mapping: Mapping[str, int], *, orders_only: bool = False) -> None:
    """Refuse a mapping that cannot work: ColumnsMissing, OrderColumnsMissing."""
    if not any(name in mapping for name in IDENTITY):
        raise ColumnsMissing
    if orders_only and not has_orders(mapping):
        raise OrderColumnsMissing


def corrected(guessed: Guess, said: Mapping[str, str], width: int) -> Mapped:
    """Return the mapping as corrected by {"name": "列名", "2", "#2" or ""}; UnknownColumn."""
    mapping = dict(guessed.mapping)
    for name, column in said.items():
        if name not in columns():
            raise UnknownColumn(column=name, columns=list(columns()))
        index = _index_of(column, guessed.header, width)
        mapping = {key: at for key, at in mapping.items() if key != name and at != index}
        if index >= 0:
            mapping[name] = index
    return mapping


def _index_of(column: str, header: Sequence[str], width: int) -> int:
    if not column:
        return -1
    if column.startswith("#") and column[1:].isdecimal() and 1 <= int(column[1:]) <= width:
        return int(column[1:]) - 1
    wanted = normal(column)
    for index, cell in enumerate(header):
        if normal(cell) == wanted:
            return index
    if column.isdecimal() and 1 <= int(column) <= width:
        return int(column) - 1
    named = list(header) or f"1 – {width}"
    raise UnknownColumn(column=column, columns=named)


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _mostly(test: Callable[[str], bool], values: Sequence[str]) -> bool:
    known = [value for value in values if value]
    return bool(known) and sum(map(test, known)) >= 0.8 * len(known)


def _is_value(cell: str) -> bool:
    return _has_digit(cell) and any(
        shapes.TESTS[shape](cell) for shape in ("email", "phone", "date", "money")
    )


def _candidates(
    header: Sequence[str], values: Sequence[list[str]]
) -> Iterator[tuple[float, int, int, str]]:
    """Yield (negative score, order of definition, column, name), to be sorted best first."""
    for index, column_values in enumerate(values):
        if index < len(header) and is_ours(header[index]):
            continue
        title = normal(header[index]) if index < len(header) else ""
        for order, column in enumerate(columns().values()):
            score = _score(title, column, column_values, headed=bool(header))
            if score:
                yield -score, order, index, column.name


def _score(title: str, column: Column, values: list[str], *, headed: bool) -> float:
    named = _header_score(title, column) if title else 0.0
    fit = shapes.fit(column.shape, values)
    if named:
        belied = column.shape in STRICT and fit < 0.3 and sum(map(bool, values)) >= ENOUGH
        return 0.0 if belied else named + fit
    told = shapes.telling(column.shape, values)
    if headed:
        return told / 2 if column.shape in {"email", "phone"} and told > 0.9 else 0.0
    if column.name in {"birthday", "last_order_on", "amount_total", "reference"}:
        return 0.0
    return told if told >= SURE else 0.0


def _header_score(title: str, column: Column) -> float:
    if title in column.headers:
        return EXACT
    return PART if any(part in title for part in column.part) else 0.0
