"""How a page says money, dates and numbers: the way the reader's language writes them."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from django.utils.html import linebreaks
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from markupsafe import Markup

from qunluo.kernel.clock import now
from qunluo.kernel.money import Money

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale.parse({"zh-hans": "zh_Hans_CN"}.get(language, "en_GB"))


def locale() -> Locale:
    """Return Babel's locale of the active language."""
    return _locale(get_language() or "zh-hans")


def money(value: Money) -> str:
    """Return an amount with its currency."""
    return value.format(get_language() or "en")


def number(value: float) -> str:
    """Return a number with its separators."""
    return format_decimal(value, locale=locale())


def percent(value: float) -> str:
    """Return a share (0.25 is 25 %)."""
    return format_percent(value, locale=locale())


def date(value: dt.date | dt.datetime | None, style: str = "long") -> str:
    """Return a day in the reader's time zone."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.astimezone(get_current_timezone())
    return format_date(value, format=style, locale=locale())


def when(value: dt.datetime | None, style: str = "medium") -> str:
    """Return a moment in the reader's time zone."""
    if value is None:
        return ""
    return format_datetime(
        value.astimezone(get_current_timezone()),
        format=style if style != "medium" else _minute(),
        locale=locale(),
    )


def _minute() -> str:
    return "y年M月d日 HH:mm" if locale().language == "zh" else "d MMM y, HH:mm"


def ago(value: dt.datetime | None) -> str:
    """Return how long ago, or in how long, a moment is."""
    if value is None:
        return ""
    return format_timedelta(value - now(), add_direction=True, locale=locale())


def listed(values: Iterable[object]) -> str:
    """Return values as a sentence writes them: a, b and c."""
    return format_list([str(value) for value in values], locale=locale())


def upright(value: object) -> object:
    """Return text without what turns its direction: neither language needs it, only forgers do."""
    if isinstance(value, str) and not value.isascii() and TURNING.search(value):
        return type(value)(TURNING.sub("", value))
    return value


def prose(text: str) -> Markup:
    """Return plain text as escaped paragraphs."""
    return Markup(linebreaks(text, autoescape=True))  # noqa: S704 - escaped by Django


def flat(values: Iterable[object]) -> list[str]:
    """Return nested lists and rows as one list of texts."""
    found: list[str] = []
    for value in values:
        if isinstance(value, dict):
            found += flat(value.values())
        elif isinstance(value, list):
            found += flat(value)
        else:
            found.append(str(value))
    return found
