"""The trade bill of WeChat Pay: a table whose fields begin with a backtick."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP

from qunluo.market.ports import BillLine
from qunluo.providers.paying import beijing_time, exact_of, minor_of, odd

SENT = {"SUCCESS", "PROCESSING", ""}  # a refund that failed moved no money


def lines_of(text: str) -> Sequence[BillLine]:
    """Return the payments and refunds in a bill. ProviderUnreachable for one that is none."""
    rows = text.lstrip("\ufeff").splitlines()
    head = [name.strip() for name in rows[0].split(",")] if rows else []
    if not {"商户订单号", "微信订单号", "交易状态", "交易时间"} <= set(head):
        raise odd("a bill of WeChat Pay without its columns")
    try:
        return [line for row in rows[1:] for line in _line(head, row)]
    except (ValueError, KeyError):
        raise odd("a bill of WeChat Pay that cannot be read") from None


def _line(head: list[str], row: str) -> Iterator[BillLine]:
    # A title may hold a comma, but a field begins with a backtick.
    fields = [field.strip() for field in row.removeprefix("`").split(",`")]
    if len(fields) != len(head):
        if row.startswith("`") and len(fields) > len(head):
            raise ValueError("a title with a backtick in it")
        return  # the sums at the end
    told = dict(zip(head, fields, strict=True))
    at = beijing_time(told["交易时间"])
    if at is None:
        raise ValueError("no time")
    currency, fee = told.get("货币种类") or "CNY", _fee(told.get("手续费", "0"))
    if told["交易状态"] == "SUCCESS":
        paid = minor_of(told.get("订单金额") or told["应结订单金额"])
        yield BillLine(told["商户订单号"], told["微信订单号"], paid, fee, currency, at)
    elif told["交易状态"] in {"REFUND", "REVOKED"} and told.get("退款状态", "") in SENT:
        back = minor_of(told.get("申请退款金额") or told["退款金额"])
        number = told["商户退款单号"] or told["商户订单号"]
        yield BillLine(number, told["微信退款单号"], -abs(back), -abs(fee), currency, at)


def _fee(text: str) -> int:
    """Return a fee, told in parts of a fen, as whole fen."""
    exact = exact_of(text or "0").scaleb(2)
    return int(exact.to_integral_value(rounding=ROUND_HALF_UP))
