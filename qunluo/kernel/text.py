"""Marking text for translation and picking a language from bilingual data; plain Python."""

from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale


def mark(text: str) -> str:
    """Return the text unchanged; the mark lets the translation tool find it."""
    return text


_ = mark
# Catalogs translate this one to their own code, so that whoever can translate knows the language.
SPOKEN = _("en")


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


def _code(language: str | None) -> str:
    return (language or "en").lower().split("-")[0].split("_")[0]
