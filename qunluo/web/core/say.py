"""How a page says money, dates and numbers: the way the reader's language writes them."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_date, format_datetime, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from django.utils.html import linebreaks
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext
from markupsafe import Markup

from qunluo.kernel.clock import now
from qunluo.kernel.money import Money
from qunluo.kernel.text import MINUTE

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


NEARLY = 0.85  # of a unit counts as one, for Babel
JUST = 45  # seconds ago are no number that anybody reads
_AGO: dict[tuple[str, str, int, bool], str] = {}


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    """Return Babel's locale of a language."""
    return Locale.parse({"zh-hans": "zh_Hans_CN"}.get(language, "en_GB"))


def locale() -> Locale:
    """Return Babel's locale of the active language."""
    return locale_of(get_language() or "zh-hans")


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
    there = value.astimezone(get_current_timezone())
    return _when(there.replace(tzinfo=None), there.tzinfo, style, get_language() or "zh-hans")


@lru_cache(maxsize=8192)
def _when(local: dt.datetime, zone: dt.tzinfo | None, style: str, language: str) -> str:
    """Say a moment; Babel takes 50 µs for it, and lists are full of the same moments."""
    said = locale_of(language)
    minute = MINUTE["zh" if said.language == "zh" else "en"]
    wanted = minute if style == "medium" else style
    return format_datetime(local.replace(tzinfo=zone), format=wanted, locale=said)


def ago(value: dt.datetime | None) -> str:
    """Return how long ago, or in how long, a moment is."""
    if value is None:
        return ""
    return _ago(value - now(), get_language() or "zh-hans")


def told(text: str) -> str:
    """Return a text: one of the software's own in the reader's language, any other as it is."""
    return gettext(text) if text else ""


def _ago(delta: dt.timedelta, language: str) -> str:
    seconds = delta.total_seconds()
    if -JUST < seconds <= 0:
        return gettext("just now")
    # What Babel says depends on the unit and the rounded count alone.
    for unit, length in TIMEDELTA_UNITS:
        count = abs(seconds) / length
        if count >= NEARLY or unit == "second":
            break
    key = (language, unit, round(count), seconds < 0)
    if key not in _AGO:
        _AGO[key] = format_timedelta(delta, add_direction=True, locale=locale_of(language))
    return _AGO[key]


class Moments:
    """How one page says its moments: language, zone and time are asked for once, not for each."""

    def __init__(self) -> None:
        self.language = get_language() or "zh-hans"
        self.zone = get_current_timezone()
        self.now = now()

    def tag(self, value: dt.datetime) -> str:
        """Return how long ago it was, as the macro `when` shows it."""
        local = value.astimezone(self.zone).replace(tzinfo=None)
        told = _when(local, self.zone, "medium", self.language)
        said = _ago(value - self.now, self.language)
        at = value.isoformat(timespec="minutes").replace("+00:00", "Z")
        return f'<time datetime="{at}" title="{told}">{said}</time>'


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
