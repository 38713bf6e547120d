"""Marking text for translation and picking a language from bilingual data; plain Python."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime


def mark(text: str) -> str:
    """Return the text unchanged; the mark lets the translation tool find it."""
    return text


_ = mark
# Catalogs translate this one to their own code, so that whoever can translate knows the language.
SPOKEN = _("en")
# How a moment is written to the minute.
MINUTE = {"zh": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}


def pick(value: Any, language: str | None) -> Any:
    """Return the part of {en = …, zh = …} written in a language; anything else comes back as it is.

    >>> pick({"en": "Farm", "zh": "农场"}, "zh-hans")
    '农场'
    """
    if not isinstance(value, Mapping) or not value.keys() & {"en", "zh"}:
        return value
    code = _code(language)
    return value.get(code) or value.get("en") or value.get("zh")


def enumerated(values: Iterable[object], language: str | None) -> str:
    """Return values one after another as a language separates them, without a word between.

    >>> enumerated(["Ann", "Bo"], "en"), enumerated(["小安", "阿波"], "zh-hans")
    ('Ann, Bo', '小安、阿波')
    """
    between = Locale("zh" if _code(language) == "zh" else "en").list_patterns["standard"]["middle"]
    told = ""
    for number, value in enumerate(values):
        told = between.format(told, value) if number else str(value)
    return told


def dated(value: date, language: str | None) -> str:
    """Return a day, or a moment as its own clock shows it, as a language writes it.

    >>> dated(date(2026, 3, 1), "en"), dated(datetime(2026, 3, 1, 9, 5), "zh-hans")
    ('1 March 2026', '2026年3月1日 09:05')
    """
    code = _code(language)
    there = Locale.parse("zh_Hans_CN" if code == "zh" else "en_GB")
    if isinstance(value, datetime):
        return format_datetime(value, MINUTE["zh" if code == "zh" else "en"], locale=there)
    return format_date(value, "long", locale=there)


def worded(value: Any, language: str | None) -> Any:
    """Return what stands in a text of a language: the part in it of what is said in both, a date.

    Anything else comes back as it is.
    """
    return dated(value, language) if isinstance(value, date) else pick(value, language)


def _code(language: str | None) -> str:
    return (language or "en").lower().split("-")[0].split("_")[0]
