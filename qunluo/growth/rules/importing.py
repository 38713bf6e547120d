"""What a person decides about an import: how each file is read, and what holds for every row."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

CUSTOMERS, ORDERS = "customers", "orders"
# Rows of the orders' file count from here, so that one number names a row of either file.
ORDERS_FROM = 10_000_000
MOST_OVERWRITES_TOLD = 100


@dataclass(frozen=True)
class FilePlan:
    """How one file is read; `mapping` says which column (from 0) holds what."""

    mapping: Mapping[str, int] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    month_first: bool = False


@dataclass(frozen=True)
class ImportPlan:
    """Everything that was decided; stored with the job, so that it can go on elsewhere."""

    customers: FilePlan
    orders: FilePlan | None
    currency: str
    region: str
    source: str = ""
    consent: str = ""
    consent_source: str = ""
    all_or_nothing: bool = False

    def stored(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return asdict(self)

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "ImportPlan":
        """Return the plan as it was stored."""
        orders = stored["orders"]
        return cls(
            **{
                **stored,
                "customers": FilePlan(**stored["customers"]),
                "orders": FilePlan(**orders) if orders else None,
            }
        )


@dataclass
class Tally:
    """What reading the files counted: rows and refusals by file, and rows that contradict."""

    rows: dict[str, int] = field(default_factory=lambda: {CUSTOMERS: 0, ORDERS: 0})
    refused: dict[str, int] = field(default_factory=lambda: {CUSTOMERS: 0, ORDERS: 0})
    overwriting: list[dict[str, Any]] = field(default_factory=list)
    overwrites: int = 0

    def overwrite(self, line: int, earlier: int, columns: list[str]) -> None:
        """Note that a row says something else than an earlier one; the first hundred by line."""
        self.overwrites += 1
        if len(self.overwriting) < MOST_OVERWRITES_TOLD:
            self.overwriting.append(
                {
                    "file": ORDERS if line > ORDERS_FROM else CUSTOMERS,
                    "line": line % ORDERS_FROM,
                    "earlier_file": ORDERS if earlier > ORDERS_FROM else CUSTOMERS,
                    "earlier_line": earlier % ORDERS_FROM,
                    "columns": columns,
                }
            )


@dataclass
class Report:
    """What an import did, or (dry run) would do; every count is exact.

    Without purchases: customer_rows = customers_new + customers_changed + customers_same +
    customer_rows_repeating + customer_rows_refused. With purchases: order_rows = orders_new +
    orders_known + order_rows_refused. `overwriting` lists rows that contradict an earlier one.
    """

    rows: int = 0
    rows_refused: int = 0
    customer_rows: int = 0
    customer_rows_refused: int = 0
    customer_rows_repeating: int = 0
    order_rows: int = 0
    order_rows_refused: int = 0
    rows_overwriting: int = 0
    overwriting: list[dict[str, Any]] = field(default_factory=list)
    customers_new: int = 0
    customers_changed: int = 0
    customers_same: int = 0
    orders_new: int = 0
    orders_known: int = 0
    suppressed: int = 0

    @property
    def customers(self) -> int:
        """Return how many customers the file is about."""
        return self.customers_new + self.customers_changed + self.customers_same
