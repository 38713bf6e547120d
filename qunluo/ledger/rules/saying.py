"""Amounts as people read them; plain Python."""

from functools import lru_cache

from babel.numbers import format_decimal

from qunluo.kernel.money import Money, locale_of
from qunluo.kernel.text import pick
from qunluo.ledger.rules.purposes import UNIT_NAMES, counted


@lru_cache(maxsize=8192)
def amount_said(amount: int, code: str, language: str) -> str:
    """Return an amount of a unit as a language writes it.

    >>> amount_said(1250, "CNY", "en"), amount_said(-3, "points", "zh-hans")
    ('CN¥12.50', '-3 积分')
    """
    what = counted(code)
    if what is None:
        return f"{amount} {code}"
    if what.kind == "points":
        number = format_decimal(amount, locale=locale_of(language))
        return f"{number} {pick(UNIT_NAMES['points'], language)}"
    said = Money(amount, what.currency).format(language)
    return said if what.kind == "currency" else f"{said} {pick(UNIT_NAMES['credit'], language)}"


def unit_said(code: str, language: str) -> str:
    """Return what a unit is called.

    >>> unit_said("points", "en"), unit_said("credit-CNY", "en"), unit_said("EUR", "en")
    ('points', 'store credit CNY', 'EUR')
    """
    what = counted(code)
    if what is None or what.kind == "currency":
        return code
    name = str(pick(UNIT_NAMES[what.kind], language))
    return f"{name} {what.currency}".strip()


def plain_amount(amount: int, exponent: int) -> str:
    """Return an amount with a point and no separators, for tables that programs read.

    >>> plain_amount(1250, 2), plain_amount(-5, 2), plain_amount(7, 0)
    ('12.50', '-0.05', '7')
    """
    sign, digits = "-" if amount < 0 else "", str(abs(amount)).rjust(exponent + 1, "0")
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}" if exponent else f"{sign}{digits}"
