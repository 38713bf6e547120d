"""Rows of a mapped table become customers and purchases; a bad cell refuses its row."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from qunluo.growth.rules import cells
from qunluo.growth.rules.cells import BadCell
from qunluo.growth.rules.columns import IDENTITY

Reader = Callable[[str], Any]


class CustomerRow(NamedTuple):
    """What a row says about a customer; empty means it says nothing."""

    external_id: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    birthday: date | None = None
    tags: str = "[]"
    note: str = ""
    source: str = ""
    consent: str = ""
    last_order_on: date | None = None
    orders_count: int | None = None
    amount_total: int | None = None


# Tags add up and the number is the key: the rest may say something else than an earlier row.
TOLD = [name for name in CustomerRow._fields if name not in ("external_id", "tags")]


def contradicts(before: CustomerRow, row: CustomerRow) -> list[str]:
    """Return the columns in which a row says something else than the rows before it."""
    pairs = ((name, getattr(before, name), getattr(row, name)) for name in TOLD)
    return [name for name, old, new in pairs if _says(old) and _says(new) and old != new]


def told_together(before: CustomerRow, row: CustomerRow) -> CustomerRow:
    """Return what both rows say; where they differ the later one counts, tags add up."""
    said = {name: value for name, value in row._asdict().items() if _says(value)}
    if row.tags in ("[]", before.tags):  # as almost always; reading JSON for every row is dear
        return before._replace(**{**said, "tags": before.tags})
    tags = dict.fromkeys([*json.loads(before.tags), *json.loads(row.tags)])
    return before._replace(**{**said, "tags": json.dumps(list(tags), ensure_ascii=False)})


def _says(value: Any) -> bool:
    return value is not None and value != ""


class OrderRow(NamedTuple):
    """What a row says about a purchase; thousandths and minor units."""

    on: date
    quantity: int
    amount: int
    reference: str
    item: str


CUSTOMER_COLUMNS = (*CustomerRow._fields[:-1], "amount_minor")
REQUIRED = ("on", "amount")
ORDER_COLUMNS = ("bought_on", "quantity_milli", "amount_minor", "reference", "item")


class RowFault(ValueError):
    """A row that cannot be taken: which cell, and the code of the reason."""

    def __init__(self, code: str, column: str = "", value: str = "") -> None:
        """Take a key of cells.REASONS, the name of the column and the cell."""
        self.code, self.column, self.value = code, column, value
        super().__init__(code)


@dataclass(frozen=True)
class Reading:
    """How the cells of this file are to be understood."""

    currency: str
    region: str
    today: date
    month_first: bool = False


class RowReader:
    """Reads rows under one mapping; made once per file because every row passes through it."""

    def __init__(self, mapping: Mapping[str, int], reading: Reading) -> None:
        """Prepare a reader for every mapped column."""
        readers = _readers(reading)
        named = [(name, index, readers[name]) for name, index in mapping.items()]
        self._customer = [entry for entry in named if entry[0] in CustomerRow._fields]
        self._orders = {name: (name, index, read) for name, index, read in named}
        self.has_orders = "on" in mapping and "amount" in mapping

    def customer(self, row: Sequence[str]) -> CustomerRow:
        """Return what the row says about the customer, or raise RowFault."""
        if any("\0" in cell for cell in row):
            raise RowFault("nul")
        values = {name: _take(row, name, index, read) for name, index, read in self._customer}
        if not (values.get("external_id") or values.get("phone") or values.get("email")):
            raise RowFault("no_identity")
        return CustomerRow(**values)

    def order(self, row: Sequence[str]) -> OrderRow:
        """Return the purchase of the row, or raise RowFault."""
        on = self._required(row, "on")
        amount = self._required(row, "amount")
        return OrderRow(
            on,
            self._optional(row, "quantity", 1000),
            amount,
            self._optional(row, "reference", ""),
            self._optional(row, "item", ""),
        )

    def faults(self, row: Sequence[str]) -> list[RowFault]:
        """Return everything that is wrong with a refused row, cell by cell."""
        if any("\0" in cell for cell in row):
            return [RowFault("nul")]
        found = []
        for name, index, read in self._orders.values():
            if not self.has_orders and name not in CustomerRow._fields:
                continue
            try:
                if self.has_orders and name in REQUIRED:
                    self._required(row, name)
                else:
                    _take(row, name, index, read)
            except RowFault as fault:
                found.append(fault)
        named = (self._orders[name][1] for name in IDENTITY if name in self._orders)
        if not any(row[index] for index in named if index < len(row)):
            found.insert(0, RowFault("no_identity"))
        return found

    def _required(self, row: Sequence[str], name: str) -> Any:
        _name, index, read = self._orders[name]
        if not (row[index] if index < len(row) else ""):
            raise RowFault("missing", name)
        return _take(row, name, index, read)

    def _optional(self, row: Sequence[str], name: str, otherwise: Any) -> Any:
        known = self._orders.get(name)
        return _take(row, *known) if known else otherwise


def _take(row: Sequence[str], name: str, index: int, read: Reader) -> Any:
    cell = row[index] if index < len(row) else ""
    try:
        return read(cell)
    except BadCell as bad:
        raise RowFault(bad.code, name, cell[:200]) from None


def _readers(reading: Reading) -> dict[str, Reader]:
    day = partial(_past_day, today=reading.today, month_first=reading.month_first)
    money = cells.amount(reading.currency)
    return {
        "external_id": cells.text(80),
        "name": cells.text(120),
        "phone": cells.phone(reading.region),
        "email": cells.email,
        "birthday": day,
        "tags": lambda cell: json.dumps(cells.tags(cell), ensure_ascii=False),
        "note": cells.text(cells.LONGEST_NOTE),
        "source": cells.text(80),
        "consent": cells.consent,
        "last_order_on": day,
        "orders_count": cells.count,
        "amount_total": lambda cell: money(cell) if cell else None,
        "on": day,
        "quantity": cells.thousandths,
        "amount": money,
        "reference": cells.text(80),
        "item": cells.text(200),
    }


def _past_day(cell: str, *, today: date, month_first: bool) -> date | None:
    found = cells.day(cell, month_first=month_first)
    if found and found > today:
        raise BadCell("bad_date")
    return found
