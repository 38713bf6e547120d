"""Tables that people upload: opened, looked at and read row by row; plain Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from qunluo.growth.errors import EmptyTable, FileTooLarge, TooManyRows
from qunluo.growth.rules.tables import encodings, sheets, text
from qunluo.growth.rules.tables.limits import LIMITS, MEGABYTE, Limits

__all__ = ["LIMITS", "Limits", "Table", "open_table"]

PREVIEW_ROWS = 200


@dataclass(frozen=True)
class Table:
    """An uploaded table that was looked over: what it is and how to read it."""

    path: Path
    encoding: str
    delimiter: str
    size: int
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    limits: Limits = LIMITS

    def rows(self, progress: Callable[[int], None] | None = None) -> Iterator[text.Row]:
        """Yield (line in the uploaded file, cells); `progress` gets the bytes read so far."""
        found = text.rows(
            self.path, self.encoding, self.delimiter, limits=self.limits, progress=progress
        )
        if self.sheet:
            found = ((int(cells[0]), cells[1:]) for _line, cells in found)
        for count, row in enumerate(found):
            if count > self.limits.rows:
                raise TooManyRows(limit=self.limits.rows)
            yield row

    def head(self, count: int = PREVIEW_ROWS) -> list[text.Row]:
        """Return the first rows; EmptyTable when there are none."""
        found = list(islice(self.rows(), count))
        if not found:
            raise EmptyTable
        return found


def open_table(
    path: Path,
    *,
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
    limits: Limits = LIMITS,
) -> Table:
    """Look over an uploaded file; what is not named is detected. BadTable says what is wrong.

    A workbook is unpacked once, to a file beside it with the sheet's name in its own.
    """
    size = path.stat().st_size
    workbook = sheets.is_workbook(path)
    most = limits.sheet_bytes if workbook else limits.text_bytes
    if size > most:
        raise FileTooLarge(limit=most // MEGABYTE)
    if size == 0:
        raise EmptyTable
    if workbook:
        csv = path.with_name(f"{path.name}.sheet.csv")
        found = sheets.unpacked(path, csv, sheet, limits)
        return Table(csv, "utf-8", ",", csv.stat().st_size, found.sheet, found.sheets, limits)
    encoding = encodings.named(path, encoding) if encoding else encodings.detect(path)
    delimiter = delimiter or text.sniff(path, encoding, limits)
    return Table(path, encoding, delimiter, size, limits=limits)
