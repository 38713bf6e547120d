"""What a coupon takes off, and how that falls on the lines of an order; plain Python."""

import re
from collections.abc import Sequence

FIRST = "first"  # the audience of those who have not paid an order yet
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}")


def folded(code: str) -> str:
    """Return a code as it is kept and compared, whoever types it.

    >>> folded(" spring-20 ")
    'SPRING-20'
    """
    return code.replace("\0", "").strip().upper()


def taken_off(kind: str, amount: int | None, percent: int | None, goods: int, fee: int) -> int:
    """Return what a coupon takes off goods for which it is, or off their sending.

    >>> taken_off("amount", 1000, None, 700, 0), taken_off("percent", 150, 20, 999, 0)
    (700, 150)
    >>> taken_off("percent", None, 20, 999, 0), taken_off("delivery", 500, None, 999, 800)
    (199, 500)
    """
    if kind == "percent":
        found = goods * (percent or 0) // 100
        return found if amount is None else min(found, amount)
    base = fee if kind == "delivery" else goods
    return base if amount is None else min(base, amount)


def shares(discount: int, amounts: Sequence[int]) -> list[int]:
    """Return how a discount falls on lines, in proportion; none is lost, no line goes below 0.

    Largest remainders get what rounding leaves, the first line of those that are alike.

    >>> shares(100, [100, 100, 100]), shares(1, [0, 5]), shares(0, [0])
    ([34, 33, 33], [0, 1], [0])
    """
    whole = sum(amounts)
    if not discount or not whole:
        return [0] * len(amounts)
    parts = [divmod(discount * amount, whole) for amount in amounts]
    found = [part for part, _rest in parts]
    by_rest = sorted(range(len(parts)), key=lambda n: (-parts[n][1], n))
    for n in by_rest[: discount - sum(found)]:
        found[n] += 1
    return found


def part_of(discount: int, quantity: int, number: int) -> int:
    """Return what of a line's discount falls on so many of its pieces; all of them, all of it.

    >>> [part_of(100, 3, n) for n in (1, 2, 3)]
    [33, 66, 100]
    """
    return discount * number // quantity
