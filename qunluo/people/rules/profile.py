"""What a profile may hold and who may see it; plain Python."""

import re
from collections.abc import Iterable, Mapping
from zoneinfo import available_timezones

from qunluo.kernel.text import _

EVERYONE, MEMBERS, ME = "everyone", "members", "me"
AUDIENCES = {
    EVERYONE: _("Everyone"),
    MEMBERS: _("My communities"),
    ME: _("Only me"),
}
VISIBLE = {
    "intro": EVERYONE,
    "offers": MEMBERS,
    "thoughts": MEMBERS,
    "worries": ME,
    "wishes": MEMBERS,
    "tags": MEMBERS,
}
LENGTHS = {"name": 60, "intro": 300, "thoughts": 2000, "worries": 2000, "wishes": 2000}
LISTS = {"offers": (12, 80), "tags": (20, 30)}  # at most so many, each at most so long
LANGUAGES = ("zh-hans", "en")
EMAIL_MISSING = _("Enter an e-mail address.")
ERASED_NAMES = {"zh-hans": "已注销", "en": "Erased account"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def default_visibility() -> dict[str, str]:
    """Return who sees which part of a new profile."""
    return dict(VISIBLE)


def normal_email(email: str | None) -> str | None:
    """Return the address as it is compared and stored, or None."""
    return (email or "").replace("\0", "").strip().lower() or None


def clean_text(value: str, *, lines: bool = False) -> str:
    """Return the text without control and direction-override characters, as one line or many."""
    value = _CONTROL.sub("", value).strip()
    if not lines:
        return " ".join(value.split())
    return re.sub("\n{3,}", "\n\n", value.replace("\r\n", "\n"))


def clean_list(values: Iterable[str]) -> list[str]:
    """Return the entries trimmed, without empty ones and repetitions, in order."""
    return list(dict.fromkeys(v for v in map(clean_text, values) if v))


def faults(values: Mapping[str, object]) -> dict[str, list[str]]:
    """Return what is wrong with profile values, by field; empty when all is well."""
    wrong: dict[str, list[str]] = {}
    if not values.get("name", "x"):
        wrong["name"] = [_("Tell us what to call you.")]
    for field, longest in LENGTHS.items():
        if len(str(values.get(field, ""))) > longest:
            wrong[field] = [_("This is too long.")]
    for field, (most, longest) in LISTS.items():
        entries = values.get(field)
        if not isinstance(entries, list):
            continue
        if len(entries) > most or any(len(entry) > longest for entry in entries):
            wrong[field] = [_("Too many entries, or one of them is too long.")]
    return wrong | _setting_faults(values)


def _setting_faults(values: Mapping[str, object]) -> dict[str, list[str]]:
    wrong = {}
    if values.get("language", LANGUAGES[0]) not in LANGUAGES:
        wrong["language"] = [_("We do not speak this language yet.")]
    if "time_zone" in values and values["time_zone"] not in available_timezones():
        wrong["time_zone"] = [_("We do not know this time zone.")]
    if not _visibility_fits(values.get("visibility", {})):
        wrong["visibility"] = [_("Choose who may see this.")]
    return wrong


def _visibility_fits(chosen: object) -> bool:
    return (
        isinstance(chosen, Mapping)
        and chosen.keys() <= VISIBLE.keys()
        and all(isinstance(who, str) and who in AUDIENCES for who in chosen.values())
    )


def audiences_open_to(*, own: bool, shares: bool) -> frozenset[str]:
    """Return the audiences a viewer belongs to."""
    if own:
        return frozenset(AUDIENCES)
    return frozenset({EVERYONE, MEMBERS} if shares else {EVERYONE})
