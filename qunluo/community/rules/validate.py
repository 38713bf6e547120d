"""Clean what people typed into a charter step; pure, and never in the way of a half-done draft."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from qunluo.community.rules.charter import Charter, Column, Field, Step
from qunluo.community.rules.predicates import filled
from qunluo.kernel.errors import DomainError
from qunluo.kernel.money import Money
from qunluo.kernel.text import _

COLOUR = re.compile(r"#[0-9a-f]{6}")
# Control and direction characters, zero-width blanks and half characters: none is an answer.
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer: a marked sentence and what fills its {placeholders}."""

    text: str
    context: Mapping[str, Any] = field(default_factory=dict)

    def say(self, translate: Callable[[str], str]) -> str:
        """Return the sentence, translated and filled."""
        return translate(self.text).format_map(self.context)


@dataclass(frozen=True)
class Checked:
    """A step after checking: what can be kept, what cannot and why, and what is still missing."""

    values: dict[str, Any]
    problems: dict[str, list[Problem]]
    missing: tuple[Field, ...]


class Rejected(ValueError):
    """Carries a problem out of a cleaning function."""

    def __init__(self, text: str, **context: Any) -> None:
        super().__init__(text)
        self.problem = Problem(text, context)


def check_step(
    step: Step, given: Mapping[str, Any], before: Mapping[str, Any], facts: Mapping[str, Any],
    currency: str = "CNY",
) -> Checked:  # fmt: skip
    """Check the given answers of a step; answers not given keep their value from `before`."""
    values = dict(before)
    problems: dict[str, list[Problem]] = {}
    for item in step.fields:
        if item.id not in given:
            continue
        try:
            values[item.id] = clean(item, given[item.id], currency)
        except Rejected as rejected:
            problems[item.id] = [rejected.problem]
    for name in given.keys() - step.ids:
        problems[name] = [Problem(_("This step has no such question."))]
    seen = {**facts, **{f"{step.id}.{name}": value for name, value in values.items()}}
    missing = tuple(
        f for f in step.fields if f.required and f.asked(seen) and not filled(values.get(f.id))
    )
    return Checked({k: v for k, v in values.items() if filled(v)}, problems, missing)


def clean_all(
    form: Charter, values: Mapping[str, Mapping[str, Any]], currency: str
) -> dict[str, dict[str, Any]]:
    """Return the values of several steps as they are kept; ValueError names what cannot be."""
    kept, wrong = {}, []
    for id, given in values.items():
        if id not in form.by_id:
            wrong.append(id)
            continue
        checked = check_step(form.step(id), given, {}, {}, currency)
        wrong += [f"{id}.{name}: {problem[0].say(str)}" for name, problem in
                  checked.problems.items()]  # fmt: skip
        kept[id] = checked.values
    if wrong:
        raise ValueError("These charter values cannot be kept: " + "; ".join(wrong))
    return kept


def clean(item: Field, value: Any, currency: str) -> Any:
    """Return the value as it is kept, or raise Rejected; blank always means "not answered"."""
    if value is None or value in ("", [], {}):
        return None
    cleaned = CLEANERS[item.type](item, value, currency)
    return cleaned if filled(cleaned) else None


def _text(item: Field | Column, value: Any, _currency: str) -> str:
    if not isinstance(value, str):
        raise Rejected(_("Write text here."))
    text = CONTROL.sub("", value.replace("\r\n", "\n")).strip()
    if item.type != "long":
        text = " ".join(text.split())
    if len(text) > item.max_length:
        raise Rejected(
            _("At most {most} characters, please; this has {length}."),
            most=item.max_length, length=len(text),
        )  # fmt: skip
    return text


def _choice(item: Field | Column, value: Any, _currency: str) -> str:
    if value not in [choice.id for choice in item.choices]:
        raise Rejected(_("Choose one of the offered answers."))
    return str(value)


def _choices(item: Field, value: Any, _currency: str) -> list[str]:
    known = [choice.id for choice in item.choices]
    picked = [value] if isinstance(value, str) else value
    if not isinstance(picked, list) or any(one not in known for one in picked):
        raise Rejected(_("Choose from the offered answers."))
    return [one for one in known if one in picked]


def _list(item: Field, value: Any, currency: str) -> list[str]:
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list):
        raise Rejected(_("Write one entry per line."))
    entries = [_text(item, line, currency) for line in lines]
    entries = list(dict.fromkeys(entry for entry in entries if entry))
    return _at_most(item, entries)


def _at_most(item: Field, entries: list[Any]) -> list[Any]:
    if len(entries) > item.max_items:
        raise Rejected(
            _("At most {most} entries; this has {length}."),
            most=item.max_items, length=len(entries),
        )  # fmt: skip
    return entries


def _number(item: Field, value: Any, _currency: str) -> int:
    bare = value.replace(",", "").replace("，", "").strip() if isinstance(value, str) else value
    try:
        number = int(bare) if not isinstance(bare, bool) and float(bare) == int(bare) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None:
        raise Rejected(_("Write a whole number."))
    low = item.minimum if item.minimum is not None else 0
    high = item.maximum if item.maximum is not None else 10**12
    if not low <= number <= high:
        raise Rejected(_("A number from {low} to {high}, please."), low=low, high=high)
    return number


def _date(_item: Field, value: Any, _currency: str) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise Rejected(_("Write a date like 2026-09-30.")) from None


def _money(_item: Field | Column, value: Any, currency: str) -> dict[str, Any]:
    try:
        if isinstance(value, Mapping):
            money = Money(value["minor"], value["currency"])
        else:
            money = Money.parse(str(value), currency)
    except (KeyError, TypeError, ValueError, DomainError):
        raise Rejected(_("Write an amount like 200 or 12.50.")) from None
    if money.minor < 0 or money.minor > 10**12:
        raise Rejected(_("An amount cannot be negative or this large."))
    return {"minor": money.minor, "currency": money.currency}


def _colour(_item: Field, value: Any, _currency: str) -> str:
    colour = str(value).strip().lower()
    if not COLOUR.fullmatch(colour):
        raise Rejected(_("Choose a colour, written like #2f6f4f."))
    return colour


def _rows(item: Field, value: Any, currency: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise Rejected(_("Fill in the rows."))
    rows = [_row(item, row, currency) for row in value if any(map(filled, row.values()))]
    return _at_most(item, rows)


def _row(item: Field, row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    kept = {}
    for column in item.columns:
        given = row.get(column.id)
        cell = CELLS[column.type](column, given, currency) if filled(given) else None
        if filled(cell):
            kept[column.id] = cell
        elif column.required:
            raise Rejected(_("A row is only half filled in: complete it or empty it."))
    return kept


CELLS: dict[str, Callable[[Column, Any, str], Any]] = {
    "text": _text,
    "long": _text,
    "value": _text,
    "choice": _choice,
    "money": _money,
}
CLEANERS: dict[str, Callable[[Field, Any, str], Any]] = {
    "text": _text,
    "long": _text,
    "symbol": _text,
    "choice": _choice,
    "choices": _choices,
    "list": _list,
    "number": _number,
    "date": _date,
    "money": _money,
    "colour": _colour,
    "glossary": _rows,
    "pairs": _rows,
}
