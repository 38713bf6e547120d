"""A program of its own: writes one sheet of a workbook as CSV, so that a bad file harms nobody.

Run as `python -I unpack.py WORKBOOK CSV SHEET ROWS COLUMNS MEMORY SECONDS`; prints one JSON line.
Nothing of the project is imported: the process starts quickly and holds nothing worth stealing.
"""

import csv
import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]


def main(workbook: str, output: str, sheet: str, *numbers: str) -> dict[str, Any]:
    """Write the sheet (the first non-empty one when unnamed) and say what was found."""
    rows, columns, memory, seconds = map(int, numbers)
    if resource:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        with CalamineWorkbook.from_path(workbook) as book:
            return _write(book, output, sheet, rows, columns)
    except PasswordError:
        return {"error": "protected"}
    except MemoryError:
        return {"error": "large"}
    except (CalamineError, OSError, ValueError):
        return {"error": "damaged"}


def _write(
    book: CalamineWorkbook, output: str, sheet: str, rows: int, columns: int
) -> dict[str, Any]:
    names = book.sheet_names
    if sheet and sheet not in names:
        return {"error": "no_sheet", "sheets": names}
    for name in [sheet] if sheet else names:
        found = book.get_sheet_by_name(name)
        last_row, last_column = found.end or (-1, -1)
        if last_column >= columns:
            return {"error": "columns", "sheets": names}
        if last_row >= rows:
            return {"error": "rows", "sheets": names}
        if found.height or sheet:
            return {"sheet": name, "sheets": names, "rows": _rows(found, output)}
    return {"error": "empty", "sheets": names}


def _rows(sheet: Any, output: str) -> int:
    count = 0
    with Path(output).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for line, cells in enumerate(sheet.iter_rows(), start=1):
            text = [_text(cell) for cell in cells]
            if any(text):
                writer.writerow([line, *text])
                count += 1
    return count


def _text(cell: Any) -> str:
    """Return a cell as a person would type it; Excel itself shows at most 15 digits."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell.total_seconds()) if isinstance(cell, timedelta) else str(cell).strip()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
