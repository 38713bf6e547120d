"""Amounts as people read them; plain Python."""

from functools import lru_cache

from babel.numbers import format_decimal

from qunluo.kernel.money import Money, locale_of
from qunluo.kernel.text import pick
from qunluo.ledger.rules.purposes import CREDIT_NAME, PLAIN_POINTS, Named, counted


@lru_cache(maxsize=8192)
def amount_said(amount: int, code: str, language: str, points: Named = PLAIN_POINTS) -> str:
    """Return an amount of a unit as a language writes it; `points` is what points are called.

    >>> amount_said(1250, "CNY", "en"), amount_said(-3, "points", "zh-hans")
    ('CN¥12.50', '-3 积分')
    >>> amount_said(1, "points", "en"), amount_said(2, "points", "en", Named("ear", "ears", "稻穗"))
    ('1 point', '2 ears')
    """
    what = counted(code)
    if what is None:
        return f"{amount} {code}"
    if what.kind == "points":
        number = format_decimal(amount, locale=locale_of(language))
        forms = {"en": points.one if abs(amount) == 1 else points.many, "zh": points.zh}
        return f"{number} {pick(forms, language)}"
    said = Money(amount, what.currency).format(language)
    return said if what.kind == "currency" else f"{said} {pick(CREDIT_NAME, language)}"


def unit_said(code: str, language: str, points: Named = PLAIN_POINTS) -> str:
    """Return what a unit is called; `points` is what points are called.

    >>> unit_said("points", "en"), unit_said("credit-CNY", "en"), unit_said("EUR", "en")
    ('points', 'store credit CNY', 'EUR')
    """
    what = counted(code)
    if what is None or what.kind == "currency":
        return code
    if what.kind == "points":
        return str(pick({"en": points.many, "zh": points.zh}, language))
    return f"{pick(CREDIT_NAME, language)} {what.currency}"


def plain_amount(amount: int, exponent: int) -> str:
    """Return an amount with a point and no separators, for tables that programs read.

    >>> plain_amount(1250, 2), plain_amount(-5, 2), plain_amount(7, 0)
    ('12.50', '-0.05', '7')
    """
    sign, digits = "-" if amount < 0 else "", str(abs(amount)).rjust(exponent + 1, "0")
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}" if exponent else f"{sign}{digits}"
