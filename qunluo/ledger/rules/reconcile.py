"""Comparing a payment provider's bill with what is booked; plain Python, nothing is changed."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException, InvalidOperation

from qunluo.kernel.money import CURRENCIES, digits
from qunluo.kernel.text import _
from qunluo.ledger.errors import BadBill

COLUMNS = ("theirs", "ours", "amount", "currency", "kind")
KINDS = ("payment", "refund")
MOST_DIGITS = 15
MATCHED, MISSING_HERE, MISSING_THERE = "matched", "missing_here", "missing_there"
DIFFERENT, TWICE = "different", "twice"
SAYINGS = {
    MATCHED: _("the same on both sides"),
    MISSING_HERE: _("on the bill, not in the books"),
    MISSING_THERE: _("in the books, not on the bill"),
    DIFFERENT: _("another amount on each side"),
    TWICE: _("twice on the bill"),
}


@dataclass(frozen=True)
class BillRow:
    """One row of a bill: their number, ours, an amount above 0 in whole minor units, and a kind."""

    theirs: str
    ours: str
    amount: int
    currency: str
    kind: str = "payment"


@dataclass(frozen=True)
class Entry:
    """What is booked on a clearing account: a payment lowers it, a refund raises it.

    A correction is of the `kind` of what it corrects; of itself, an amount tells its kind.
    """

    ours: str
    amount: int
    currency: str
    kind: str = ""

    @property
    def side(self) -> str:
        """Return whether it belongs to a payment or to a refund."""
        return self.kind or ("payment" if self.amount < 0 else "refund")


@dataclass(frozen=True)
class Finding:
    """One number of ours and how both sides tell it; an amount of None is missing."""

    result: str
    kind: str
    ours: str
    theirs: str
    currency: str
    billed: int | None
    booked: int | None


@dataclass(frozen=True)
class Report:
    """All findings, the ones that need somebody first."""

    findings: Sequence[Finding]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Return whether both sides tell the same."""
        return set(self.counts) <= {MATCHED}


def reconcile(bill: Iterable[BillRow], entries: Iterable[Entry]) -> Report:
    """Return how a bill and the books agree, by our number, kind and currency.

    Several entries of one number are added up: a correction belongs to what it corrects.
    """
    billed: defaultdict[tuple[str, str, str], list[BillRow]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    found: list[Finding] = []
    for row in bill:
        if (row.theirs, row.kind) in seen:
            found.append(
                Finding(TWICE, row.kind, row.ours, row.theirs, row.currency, row.amount, None)
            )
            continue
        seen.add((row.theirs, row.kind))
        billed[row.kind, row.ours, row.currency].append(row)
    booked: Counter[tuple[str, str, str]] = Counter()
    for entry in entries:
        sign = -1 if entry.side == "payment" else 1
        booked[entry.side, entry.ours, entry.currency] += sign * entry.amount
    # What was booked and wholly taken back is nothing that a bill should tell.
    booked_keys = {key for key, amount in booked.items() if amount or key in billed}
    for key in sorted(billed.keys() | booked_keys):
        kind, ours, currency = key
        rows = billed.get(key, [])
        theirs = " ".join(row.theirs for row in rows)
        there = sum(row.amount for row in rows) if rows else None
        here = booked.get(key)
        result = (
            MISSING_HERE if here is None
            else MISSING_THERE if there is None
            else MATCHED if here == there
            else DIFFERENT
        )  # fmt: skip
        found.append(Finding(result, kind, ours, theirs, currency, there, here))
    found.sort(key=lambda one: (one.result == MATCHED, one.result, one.kind, one.ours))
    return Report(found, dict(Counter(one.result for one in found)))


def read_bill(text: str) -> list[BillRow]:
    """Return the rows of a bill in CSV: theirs, ours, amount, currency, kind. BadBill."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise BadBill(reason=", ".join(missing))
    try:
        return [_row(row, number) for number, row in enumerate(rows, start=2)]
    except csv.Error as error:
        raise BadBill(reason=str(error)) from error


def _row(row: Mapping[str, str], line: int) -> BillRow:
    """Return a row; a refund may come with a minus, a payment may not. BadBill."""
    said = {name: (row[name] or "").strip() for name in COLUMNS}
    currency, kind = said["currency"].upper(), said["kind"].lower() or KINDS[0]
    if currency not in CURRENCIES or kind not in KINDS or not said["ours"] or not said["theirs"]:
        raise BadBill(reason=f"{line}")
    try:
        amount = Decimal(said["amount"])
        if kind == "refund":
            amount = amount.copy_abs()
        # The size first: what has a million digits is not even looked at.
        if not amount.is_finite() or amount.adjusted() > MOST_DIGITS or amount < 0:
            raise InvalidOperation
        minor = amount.scaleb(digits(currency))
        if minor != int(minor):
            raise InvalidOperation
    except DecimalException:
        raise BadBill(reason=f"{line}: {said['amount'][:40]}") from None
    return BillRow(said["theirs"], said["ours"], int(minor), currency, kind)
