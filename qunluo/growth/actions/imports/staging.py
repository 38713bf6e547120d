"""Reading the files into staging rows, chunk by chunk; a chunk is a transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection

from qunluo.growth.errors import ImportClosed
from qunluo.growth.models import CustomerImport, RowError
from qunluo.growth.rules.importing import CUSTOMERS, ORDERS, ORDERS_FROM, ImportPlan, Tally
from qunluo.growth.rules.roster import Roster
from qunluo.growth.rules.rows import (
    CUSTOMER_COLUMNS,
    ORDER_COLUMNS,
    CustomerRow,
    OrderRow,
    Reading,
    RowFault,
    RowReader,
    contradicts,
    told_together,
)
from qunluo.growth.rules.tables import Table
from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx

CHUNK = 10_000
LEASE = timedelta(minutes=2)
MOST_ERRORS_KEPT = 10_000
# Longer than anything a cell may hold, so that no correction imports half a note.
LONGEST_CELL_KEPT = 4000
MOST_CELLS_KEPT = 200
STAGED_CUSTOMER = ("job_id", "line", "leader", "rank", *CUSTOMER_COLUMNS, "must_exist", "is_new")
STAGED_ORDER = ("job_id", "line", "leader", *ORDER_COLUMNS)
Progress = Callable[[int, int], None]
State = CustomerImport.State


@dataclass
class Stager:
    """Reads one job's files; rows that an earlier try has staged are read again but not written.

    Reading is cheap and tells the roster who is who; writing is what must not happen twice.
    """

    job: CustomerImport
    plan: ImportPlan
    tables: dict[str, Table]
    progress: Progress
    roster: Roster = field(default_factory=Roster)
    customers: list[tuple[Any, ...]] = field(default_factory=list)
    orders: list[tuple[Any, ...]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    said: dict[int, CustomerRow] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    rows: int = 0
    refused: int = 0
    bytes_before: int = 0
    bytes_now: int = 0

    def run(self) -> None:
        """Stage every row of every file."""
        today = now().date()
        for role, table in self.tables.items():
            file = self.plan.customers if role == CUSTOMERS else self.plan.orders
            assert file is not None  # noqa: S101 -- a table is only opened for a planned file
            reading = Reading(self.plan.currency, self.plan.region, today, file.month_first)
            reader = RowReader(file.mapping, reading)
            for line, cells in self._rows(table, header=bool(file.header)):
                self._take(role, reader, line, cells)
                self.tally.rows[role] += 1
                self.rows += 1
                if len(self.customers) + len(self.orders) + len(self.errors) >= CHUNK:
                    self._write()
            self.bytes_before += table.size
            self.bytes_now = 0
        self._write()

    def _rows(self, table: Table, *, header: bool) -> Iterator[tuple[int, list[str]]]:
        found = table.rows(self._note)
        if header:
            next(found, None)
        return found

    def _note(self, done: int) -> None:
        self.bytes_now = done
        self.progress(self.bytes_before + done, self.job.bytes_total)

    def _take(self, role: str, reader: RowReader, line: int, cells: list[str]) -> None:
        try:
            customer = reader.customer(cells)
            order = reader.order(cells) if reader.has_orders else None
        except RowFault:
            self._refuse(role, line, reader.faults(cells), cells)
            return
        number = line + ORDERS_FROM if role == ORDERS else line
        leader = self._stage_customer(role, number, customer)
        if order:
            self._stage_order(number, leader, order)

    def _stage_customer(self, role: str, number: int, row: CustomerRow) -> int:
        """Keep what the row says; a row that repeats what is known costs nothing."""
        known = self.roster.find(row.external_id, row.phone, row.email)
        before = self.said.get(known) if known is not None else None
        if known is not None and before is not None:
            if before == row or (together := told_together(before, row)) == before:
                return known
            if columns := contradicts(before, row):
                self.tally.overwrite(number, known, columns)
            row_now = together
        else:
            row_now = row
        leader, rank = self.roster.add(number, row.external_id, row.phone, row.email)
        self.said[leader] = row_now
        if self.rows >= self.job.rows_done:
            must_exist = role == ORDERS and CUSTOMERS in self.tables
            self.customers.append((self.job.pk, number, leader, rank, *row, must_exist, False))
        return leader

    def _stage_order(self, number: int, leader: int, order: OrderRow) -> None:
        if self.rows >= self.job.rows_done:
            self.orders.append((self.job.pk, number, leader, *order))

    def _refuse(
        self, role: str, line: int, faults: Sequence[RowFault], cells: Sequence[str]
    ) -> None:
        """Keep what is wrong with a row; the row itself stands with its first fault."""
        self.refused += 1
        self.tally.refused[role] += 1
        if self.rows < self.job.rows_done or self.refused > MOST_ERRORS_KEPT:
            return
        self.errors += [
            RowError(
                job=self.job,
                file=role,
                line=line,
                column=fault.column,
                value=fault.value.replace("\0", "␀"),
                code=fault.code,
                cells=[] if at else kept(cells),
            )
            for at, fault in enumerate(faults)
        ]

    def _write(self) -> None:
        """Write a chunk and say how far we are, in one transaction; stop when the job was taken."""
        if self.rows < self.job.rows_done:
            return
        with write_tx():
            insert("growth_stagedcustomer", STAGED_CUSTOMER, self.customers)
            insert("growth_stagedorder", STAGED_ORDER, self.orders)
            RowError.objects.bulk_create(self.errors)
            mine = CustomerImport.objects.filter(
                pk=self.job.pk, state=State.READING, attempts=self.job.attempts
            )
            if not mine.update(
                rows_done=self.rows,
                errors_count=self.refused,
                bytes_done=self.bytes_before + self.bytes_now,
                leased_until=now() + LEASE,
            ):
                raise ImportClosed
        self.customers, self.orders, self.errors = [], [], []


def kept(cells: Sequence[str]) -> list[str]:
    """Return the cells of a refused row as they are kept, to be shown and corrected."""
    return [cell.replace("\0", "␀")[:LONGEST_CELL_KEPT] for cell in cells[:MOST_CELLS_KEPT]]


def insert(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows the quickest way the database has; values are Python's own types."""
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def forget(job_id: int) -> None:
    """Delete the staging rows of a job that has ended; some at a time, so that nobody waits."""
    tables = ("growth_stagedorder", "growth_stagedcustomer")
    for table in tables:
        deleted = 1
        while deleted:
            with write_tx(), connection.cursor() as cursor:
                cursor.execute(
                    f"DELETE FROM {table} WHERE id IN "  # noqa: S608 -- our own table names
                    f"(SELECT id FROM {table} WHERE job_id = %s LIMIT 20000)",
                    [job_id],
                )
                deleted = cursor.rowcount
