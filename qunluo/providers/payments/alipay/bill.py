"""The bill of Alipay: two tables in GBK in a zip, of which the details count."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence

from qunluo.market.ports import BillLine
from qunluo.providers.paying import MOST_BILL, beijing_time, minor_of, odd

FIRST = "支付宝交易号"
MOST_FILES = 10


def lines_of(raw: bytes) -> Sequence[BillLine]:
    """Return the payments and refunds in a bill. ProviderUnreachable for one that is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            return list(_lines(_details(packed)))
    except (
        zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError,
        ValueError,
    ):  # fmt: skip
        raise odd("a bill of Alipay that cannot be read") from None


def _details(packed: zipfile.ZipFile) -> str:
    """Return the table of the details; beside it lies one of sums."""
    for name in packed.infolist()[:MOST_FILES]:
        table = _unpacked(packed, name).decode("gbk", "replace")
        if f"\n{FIRST}," in f"\n{table}":
            return table
    raise ValueError("no details")


def _unpacked(packed: zipfile.ZipFile, name: zipfile.ZipInfo) -> bytes:
    """Return a file of a zip, which may claim to be small and is not."""
    with packed.open(name) as file:
        found = file.read(MOST_BILL + 1)
    if len(found) > MOST_BILL:
        raise ValueError("too long")
    return found


def _lines(table: str) -> Iterator[BillLine]:
    rows = (row for row in table.splitlines() if row.strip() and not row.startswith("#"))
    head: list[str] = []
    for fields in csv.reader(rows, quoting=csv.QUOTE_NONE):
        row = [field.strip() for field in fields]
        if row[0] == FIRST:
            head = row
        elif head:
            yield from _line(dict(zip(head, _fitted(row, len(head)), strict=True)))


def _fitted(row: list[str], columns: int) -> list[str]:
    """Return a row whose title, the fourth field, may hold commas that nothing marks."""
    more = len(row) - columns
    if more < 0:
        raise ValueError("a row too short")
    return [*row[:3], ",".join(row[3 : 4 + more]), *row[4 + more :]]


def _line(told: dict[str, str]) -> Iterator[BillLine]:
    at = beijing_time(told["完成时间"]) or beijing_time(told["创建时间"])
    if at is None:
        raise ValueError("no time")
    amount, fee = minor_of(told["订单金额（元）"]), minor_of(told.get("服务费（元）") or "0")
    trade = told[FIRST]
    if told["业务类型"] == "交易":
        yield BillLine(told["商户订单号"], trade, abs(amount), abs(fee), "CNY", at)
    elif told["业务类型"] == "退款":
        number = told["退款批次号/请求号"]
        # A refund has no number of Alipay's own; that of the trade stands for it.
        yield BillLine(number, trade, -abs(amount), -abs(fee), "CNY", at)
