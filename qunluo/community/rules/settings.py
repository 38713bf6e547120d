"""What the settings of a community may be."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qunluo.community.rules.validate import COLOUR
from qunluo.kernel.text import _

LANGUAGES = frozenset({"zh-hans", "en"})
WRONG = {
    "name": _("A name has 2 to 60 characters."),
    "sentence": _("One sentence of 2 to 200 characters, please."),
    "language": _("Choose one of the languages of this installation."),
    "time_zone": _("There is no such time zone."),
    "brand_colour": _("Choose a colour, written like #2f6f4f."),
}


def tidy(name: str, value: str) -> str:
    """Return a setting as it is kept."""
    text = " ".join(value.split())
    return text.lower() if name in {"brand_colour", "slug"} else text


def faults(changes: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong, by setting; the address is checked where it is taken."""
    wrong: dict[str, list[str]] = {}
    for name, value in changes.items():
        if name not in CHECKS or not isinstance(value, str):
            wrong[name] = [_("There is no such setting.")]
        elif not CHECKS[name](tidy(name, value)):
            wrong[name] = [WRONG[name]]
    return wrong


def _is_time_zone(value: str) -> bool:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(value)


CHECKS: dict[str, Callable[[str], bool]] = {
    "name": lambda value: 2 <= len(value) <= 60,
    "sentence": lambda value: 2 <= len(value) <= 200,
    "slug": lambda _value: True,
    "language": lambda value: value in LANGUAGES,
    "time_zone": _is_time_zone,
    "brand_colour": lambda value: COLOUR.fullmatch(value) is not None,
}
