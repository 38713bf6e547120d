"""Marking text for translation and picking a language from bilingual data; plain Python."""

from collections.abc import Mapping
from typing import Any


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
    code = (language or "en").lower().split("-")[0].split("_")[0]
    return value.get(code) or value.get("en") or value.get("zh")
