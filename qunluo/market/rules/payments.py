"""How patiently providers are asked, and what store credit is counted in; plain Python."""

from datetime import timedelta

CREDIT = "credit"  # the way to pay that needs no provider
FIRST_LOOK = timedelta(minutes=1)
LONGEST = timedelta(hours=1)


def back_off(tries: int) -> timedelta:
    """Return how long to wait before the next try.

    >>> [back_off(n).seconds // 60 for n in (0, 1, 3, 9)]
    [1, 2, 8, 60]
    """
    wait: timedelta = FIRST_LOOK * int(2 ** min(tries, 10))
    return min(wait, LONGEST)


def credit_unit(currency: str) -> str:
    """Return the unit of the ledger in which store credit of a currency is counted.

    >>> credit_unit("CNY")
    'credit-CNY'
    """
    return f"credit-{currency}"
