"""Marked texts and bilingual data in the language of the request."""

from typing import Any

from django.utils.translation import get_language, gettext

from qunluo.kernel.text import pick


def said(text: str, **names: str) -> str:
    """Translate a marked text and fill in its names."""
    if not text:
        return ""
    return gettext(text).format(**names) if names else gettext(text)


def picked(value: Any) -> str:
    """Pick the language of bilingual data."""
    return str(pick(value, get_language()) or "")
