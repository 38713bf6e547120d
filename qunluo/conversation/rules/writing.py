"""Checking what somebody wrote: title, text and the fields of the kind."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from qunluo.conversation.rules.kinds import Field, Kind, Move
from qunluo.kernel.text import _

TITLE_LENGTH, TEXT_LENGTH, FIELD_LENGTH, REASON_LENGTH, CLIENT_ID_LENGTH = 120, 20_000, 200, 400, 40
LONG_LENGTH, LINK_LENGTH, MOST_LINES = 2000, 500, 30
MOST_POINTS, POINTS_DIGITS = 1_000_000, 20  # in one price
OURS = re.compile(r"(plan|mail|ch|im\d+):", re.ASCII)  # how ids begin that we give ourselves
PRODUCT = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)
MOMENT = re.compile(r"((?:\d{1,2}:)?\d{1,3}:[0-5]\d) +(\S.*)", re.ASCII)
Faults = dict[str, list[str]]


@dataclass(frozen=True)
class Written:
    """A message that may be kept, or what is wrong with it."""

    title: str = ""
    source: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    due_on: date | None = None
    person: str = ""
    faults: Faults = field(default_factory=dict)


def tidy(text: str) -> str:
    """Return the text without what no database keeps, and without blank space around it."""
    return text.replace("\0", "").replace("\r\n", "\n").strip()


def reserved(client_id: str) -> bool:
    """Return whether an id of a message is one that only we give: of plans, letters, channels."""
    return OURS.match(client_id) is not None


def check_text(source: str, *, wordless: bool = False) -> Faults:
    """Return what is wrong with a text; beside a file there need be no words."""
    if not source and not wordless:
        return {"source": [_("Write something first.")]}
    if len(source) > TEXT_LENGTH:
        return {"source": [_("That is too long: at most 20,000 characters.")]}
    return {}


def check_thread(
    kind: Kind,
    title: str,
    source: str,
    given: Mapping[str, Any],
    today: date,
    *,
    wordless: bool = False,
) -> Written:
    """Return what opens a thread of the kind, tidied, with its faults by field."""
    title, source = " ".join(tidy(title).split()), tidy(source)
    faults = check_text(source, wordless=wordless)
    if kind.title == "needed" and not title:
        faults["title"] = [_("Give it a title, so that others find it.")]
    if len(title) > TITLE_LENGTH:
        faults["title"] = [_("At most 120 characters; the rest belongs into the text.")]
    kept, wrong = check_fields(kind.asked, given, today)
    faults |= wrong
    due = kept.pop("due_on", None)
    person = kept.pop("person", "")
    return Written(title, source, kept, due, person, faults)


def check_fields(
    asked: Iterable[Field], given: Mapping[str, Any], today: date
) -> tuple[dict[str, Any], Faults]:
    """Return the values of fields, tidied, and what is wrong with them."""
    kept: dict[str, Any] = {}
    faults: Faults = {}
    for one in asked:
        value, wrong = _clean(one, given.get(one.name), today)
        if wrong:
            faults[one.name] = [wrong]
        elif value not in (None, ""):
            kept[one.name] = value
    return kept, faults


def check_move(move: Move, given: Mapping[str, Any], today: date) -> Faults:
    """Return what is missing for a move; `given` has text, answer, due_on and person."""
    faults: Faults = {}
    text = given.get("text") or ""
    if "reply" in move.needs and not text:
        faults["text"] = [_("Say why in a reply; everybody in the thread reads it.")]
    elif len(text) > TEXT_LENGTH:
        faults["text"] = [_("That is too long: at most 20,000 characters.")]
    if "answer" in move.needs and not given.get("answer"):
        faults["answer"] = [_("Choose the reply that is the answer.")]
    due = given.get("due_on")
    if "due_on" in move.needs and due is None:
        faults["due_on"] = [_("Name the day by which there will be word.")]
    elif due is not None and due < today:
        faults["due_on"] = [_("Choose a day from today on.")]
    if "person" in move.needs and not given.get("person"):
        faults["person"] = [_("Choose a member.")]
    return faults


def _clean(one: Field, value: Any, today: date) -> tuple[Any, str]:
    """Return a field's value, or what is wrong with it."""
    text = tidy(str(value)) if value is not None else ""
    if one.type == "points":
        return _points(text)
    if not text:
        return None, _("This is needed.") if one.needed else ""
    if one.type == "date":
        return _day(one, text, today)
    if one.type == "choice":
        known = text in {choice.name for choice in one.choices}
        return text, "" if known else _("Choose one of those that are offered.")
    if one.type in LONGER:
        return LONGER[one.type](text)
    if len(text) > FIELD_LENGTH:
        return None, _("At most 200 characters.")
    return text, ""


def _points(text: str) -> tuple[int | None, str]:
    """Return a number of points; none said is 0."""
    number = text or "0"
    fits = number.isascii() and number.isdecimal() and len(number) < POINTS_DIGITS
    if not fits or int(number) > MOST_POINTS:
        return None, _("Write a whole number from 0 to 1,000,000.")
    return int(number), ""


def _long(text: str) -> tuple[str | None, str]:
    return (text, "") if len(text) <= LONG_LENGTH else (None, _("At most 2,000 characters."))


def _lines(text: str) -> tuple[str | None, str]:
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES or any(len(line) > FIELD_LENGTH for line in lines):
        return None, _("At most thirty lines of 200 characters each.")
    return "\n".join(lines), ""


def _moments(text: str) -> tuple[str | None, str]:
    said, wrong = _lines(text)
    if said and not all(MOMENT.fullmatch(line) for line in said.splitlines()):
        return None, _("Begin each line with the moment, as 01:30 What happens.")
    return said, wrong


def _link(text: str) -> tuple[str | None, str]:
    wrong = len(text) > LINK_LENGTH or any(sign.isspace() for sign in text)
    try:
        parts = urlsplit(text)
        wrong = wrong or parts.scheme not in {"http", "https"} or not parts.hostname
    except ValueError:
        wrong = True
    return (None, _("Write the whole address, beginning with https://.")) if wrong else (text, "")


def seconds_of(moment: str) -> int:
    """Return how many seconds in "1:02:03" or "02:03" is."""
    total = 0
    for part in moment.split(":"):
        total = total * 60 + int(part)
    return total


def moments(said: str) -> list[tuple[str, int, str]]:
    """Return the moments of an episode: as written, in seconds, and what happens then."""
    found = [MOMENT.fullmatch(line) for line in said.splitlines()]
    return [(one[1], seconds_of(one[1]), one[2]) for one in found if one]


def _product(text: str) -> tuple[str | None, str]:
    return (
        (text, "") if PRODUCT.fullmatch(text) else (None, _("This is not the code of a product."))
    )


LONGER = {"product": _product, "long": _long, "lines": _lines, "moments": _moments, "link": _link}


def _day(one: Field, text: str, today: date) -> tuple[date | None, str]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, _("Write the day as 2026-05-31.")
    if day < today if not one.future else day <= today:
        return None, _("Choose a day in the future.")
    if day.year > today.year + 20:
        return None, _("Choose a day within the next twenty years.")
    return day, ""
