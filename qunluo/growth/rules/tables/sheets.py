"""Workbooks (.xlsx, .xls, .ods): looked over, then unpacked to CSV by a process with limits."""

import json
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qunluo.growth.errors import (
    BadTable,
    EmptyTable,
    SheetDamaged,
    SheetNotFound,
    SheetProtected,
    SheetTooLarge,
    TooManyColumns,
    TooManyRows,
)
from qunluo.growth.rules.tables import unpack
from qunluo.growth.rules.tables.limits import LIMITS, MEGABYTE, Limits

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Unpacked:
    """One sheet as CSV; its first column is the row number in the workbook."""

    csv: Path
    sheet: str
    sheets: list[str]


def is_workbook(path: Path) -> bool:
    """Return whether the file starts like a spreadsheet program's."""
    with path.open("rb") as file:
        head = file.read(8)
    return head.startswith((ZIP, OLE))


def unpacked(path: Path, output: Path, sheet: str = "", limits: Limits = LIMITS) -> Unpacked:
    """Write a sheet (or the first that holds something) to `output`, or raise a BadTable."""
    with path.open("rb") as file:
        zipped = file.read(4) == ZIP
    if zipped:
        check_zip(path, limits)
    program = [sys.executable, "-I", unpack.__file__, str(path), str(output), sheet]
    numbers = (limits.rows, limits.columns, limits.sheet_memory, limits.sheet_seconds)
    try:
        done = subprocess.run(  # noqa: S603 -- our own program, no shell
            [*program, *map(str, numbers)],
            capture_output=True,
            timeout=limits.sheet_seconds + 10,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SheetTooLarge from None
    if done.returncode:
        # Killed by a limit, or the reader aborted because memory ran out; else a broken file.
        raise SheetTooLarge if done.returncode < 0 or b"memory" in done.stderr else SheetDamaged
    said = json.loads(done.stdout)
    if "error" in said:
        raise _error(said, sheet, limits)
    return Unpacked(output, said["sheet"], said["sheets"])


def check_zip(path: Path, limits: Limits = LIMITS) -> None:
    """Refuse a zip bomb or a damaged archive without keeping any of it in memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            ratio = total / max(1, path.stat().st_size)
            if (
                len(members) > limits.unpacked_members
                or total > limits.unpacked_bytes
                or (total > 16 * MEGABYTE and ratio > limits.unpacked_ratio)
            ):
                raise SheetTooLarge
            for member in members:
                # Reading to the end compares length and checksum: the directory may lie.
                with archive.open(member) as file:
                    while file.read(MEGABYTE):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise SheetDamaged from None
    except RuntimeError:
        raise SheetProtected from None


def _error(said: dict[str, Any], sheet: str, limits: Limits) -> BadTable:
    match said["error"]:
        case "protected":
            return SheetProtected()
        case "large":
            return SheetTooLarge()
        case "no_sheet":
            return SheetNotFound(sheet=sheet, sheets=said["sheets"])
        case "columns":
            return TooManyColumns(line=1, limit=limits.columns)
        case "rows":
            return TooManyRows(limit=limits.rows)
        case "empty":
            return EmptyTable()
    return SheetDamaged()
