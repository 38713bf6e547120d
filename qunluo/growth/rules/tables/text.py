"""Rows of CSV, TSV and whitespace-separated text, read as a stream."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TextIO

from qunluo.growth.errors import LineTooLong, TooManyColumns
from qunluo.growth.rules.tables.limits import LIMITS, Limits

WHITESPACE = " "
DELIMITERS = (",", "\t", ";", "|", "，")
SAMPLE_LINES = 200
Row = tuple[int, list[str]]


class Lines:
    """The lines of a file; refuses a long one before it is in memory, and counts as it goes."""

    def __init__(self, file: TextIO, limits: Limits) -> None:
        """Read from an open file with newline=''."""
        self.number = 0
        self.in_record = 0
        self.record_starts = 1
        self._limit = limits.line_chars
        self._read = iter(partial(file.readline, self._limit + 2), "")

    def __iter__(self) -> Iterator[str]:
        """Return itself."""
        return self

    def __next__(self) -> str:
        """Return the next line; LineTooLong also for a record whose quotes never close."""
        line = next(self._read)
        self.number += 1
        self.in_record += len(line)
        if self.in_record > self._limit:
            raise LineTooLong(line=self.record_starts, limit=self._limit)
        return line

    def record_ends(self) -> int:
        """Start counting the next record and return the line on which this one began."""
        began, self.record_starts, self.in_record = self.record_starts, self.number + 1, 0
        return began


def rows(
    path: Path,
    encoding: str,
    delimiter: str,
    *,
    limits: Limits = LIMITS,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Row]:
    """Yield (line number, cells) of every row that is not blank; `progress` gets bytes read."""
    with path.open("rb") as raw, TextIOWrapper(raw, encoding, newline="") as file:
        lines = Lines(file, limits)
        found = _split(lines) if delimiter == WHITESPACE else _parsed(lines, delimiter)
        for count, (line, cells) in enumerate(found):
            if progress and not count % 1000:
                progress(raw.tell())
            if len(cells) > limits.columns:
                raise TooManyColumns(line=line, limit=limits.columns)
            if any(cells):
                yield line, cells


def _split(lines: Lines) -> Iterator[Row]:
    for line in lines:
        yield lines.record_ends(), line.split()


def _parsed(lines: Lines, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in reader:
            yield lines.record_ends(), [cell.strip() for cell in cells]
    except csv.Error:
        raise LineTooLong(line=lines.record_starts, limit=csv.field_size_limit()) from None


def sniff(path: Path, encoding: str, limits: Limits = LIMITS) -> str:
    """Return the delimiter under which the first lines agree most on a number of columns."""
    with path.open(encoding=encoding, newline="") as file:
        first = islice(_apart(Lines(file, limits)), SAMPLE_LINES)
        sample = [line for line in first if line.strip()]
    best = max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))
    if _agreement(sample, best) >= (0.7, 2):
        return best
    return WHITESPACE if _spaced(sample) else ","


def _apart(lines: Lines) -> Iterator[str]:
    for line in lines:
        lines.record_ends()
        yield line


def _agreement(sample: list[str], delimiter: str) -> tuple[float, int]:
    """Return (share of rows with the usual number of cells, that number); (0, 1) for one cell."""
    try:
        counts = Counter(len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells)
    except csv.Error:
        return 0.0, 1
    if not counts:
        return 0.0, 1
    columns, times = counts.most_common(1)[0]
    return (times / counts.total(), columns) if columns > 1 else (0.0, 1)


def _spaced(sample: list[str]) -> bool:
    """Return whether runs of spaces make columns: all rows agree and numbers are among them."""
    split = [line.split() for line in sample]
    widths = Counter(map(len, split))
    columns, times = widths.most_common(1)[0] if widths else (1, 0)
    numeric = sum(any(cell[:1].isdigit() for cell in cells) for cells in split)
    return columns > 1 and times >= 0.95 * len(split) and numeric >= 0.8 * len(split)
