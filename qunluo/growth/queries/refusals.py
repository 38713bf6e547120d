"""Rows that an import could not take: told with every reason, and as a table to correct."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import groupby

from django.utils.translation import get_language

from qunluo.growth.models import CustomerImport, RowError
from qunluo.growth.rules import cells, columns
from qunluo.growth.rules.importing import CUSTOMERS, ORDERS, ImportPlan
from qunluo.kernel.text import _, pick

SHOWN_ERRORS = 50
OURS = (_("file"), _("line"), _("column"), _("says"), _("why not"))


@dataclass(frozen=True)
class RefusedRow:
    """A row that could not be taken, with everything that is wrong with it."""

    file: str
    line: int
    faults: list[RowError]
    cells: list[str]


def row_errors(job: CustomerImport, limit: int = SHOWN_ERRORS) -> list[RowError]:
    """Return the first reasons for which rows could not be taken; a row may have several."""
    return list(job.row_errors.order_by("pk")[:limit])


def refused_rows(job: CustomerImport, limit: int = 20) -> list[RefusedRow]:
    """Return the first rows that could not be taken."""
    found = list(_rows(job.row_errors.order_by("pk")[: limit * len(columns.columns())]))
    return found[:limit]


def refused_files(job: CustomerImport) -> list[str]:
    """Return which files of an import had rows refused: customers, orders or both."""
    found = set(job.row_errors.order_by().values_list("file", flat=True).distinct())
    return [role for role in (CUSTOMERS, ORDERS) if role in found]


def errors_csv(
    job: CustomerImport, translate: Callable[[str], str], file: str = ""
) -> Iterator[str]:
    """Yield the refused rows of one file as CSV text: where, what and why, then the row as it was.

    The file can be corrected and imported as it is: our columns are marked and never taken for
    data. Cells that a spreadsheet would run as a formula are defused. Without `file` the first
    file that had rows refused.
    """
    role = file or next(iter(refused_files(job)), CUSTOMERS)
    out = StringIO()
    writer = csv.writer(out)
    ours = [f"{columns.MARK} {translate(name)}" for name in OURS]
    writer.writerow([*ours, *map(cells.safe, _header(job, role))])
    yield "\ufeff" + _taken(out)
    filename = job.orders_filename if role == ORDERS else job.filename
    stored = job.row_errors.filter(file=role).order_by("pk")
    for row in _rows(stored.iterator(1000)):
        said = [filename, str(row.line), *_told(row, translate), *row.cells]
        writer.writerow([cells.safe(cell) for cell in said])
        yield _taken(out)


def _rows(errors: Iterable[RowError]) -> Iterator[RefusedRow]:
    for (file, line), found in groupby(errors, key=lambda error: (error.file, error.line)):
        faults = list(found)
        yield RefusedRow(file, line, faults, faults[0].cells)


def _told(row: RefusedRow, translate: Callable[[str], str]) -> tuple[str, str, str]:
    """Return the columns, the values and the reasons of a row, each in one cell."""
    known, language = columns.columns(), get_language()
    named = [pick(known[fault.column].label, language) for fault in row.faults if fault.column]
    values = [fault.value for fault in row.faults if fault.value]
    reasons = [translate(cells.REASONS.get(fault.code, fault.code)) for fault in row.faults]
    return " / ".join(named), " / ".join(values), " ".join(reasons)


def _header(job: CustomerImport, role: str) -> list[str]:
    """Return the names of a file's own columns; where it had none, what they hold."""
    plan = ImportPlan.restored(job.options) if job.options else None
    file = (plan.orders if role == ORDERS else plan.customers) if plan else None
    if file is None or file.header:
        return list(file.header) if file else []
    known, language = columns.columns(), get_language()
    held = {index: pick(known[name].label, language) for name, index in file.mapping.items()}
    return [held.get(index, "") for index in range(max(held, default=-1) + 1)]


def _taken(out: StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
