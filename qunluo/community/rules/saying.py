"""Charter values in the words of a reader."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from qunluo.community.rules.charter import Column, Field
from qunluo.kernel.money import Money, locale_of
from qunluo.kernel.text import pick

PLANNED = {"en": "{what} (planned)", "zh": "{what}（打算以后做）"}
Said = str | list[str] | list[dict[str, str]]


def say(field: Field, value: Any, language: str) -> Said:
    """Return a value for reading: a text, a list of texts, or rows keyed by column label."""
    if field.type == "choices":
        return [_chosen(field, one, language) for one in value]
    if field.kind == "list":
        return list(value)
    if field.kind == "rows":
        return [_row(field, row, language) for row in value]
    return _one(field, value, language)


def _one(field: Field | Column, value: Any, language: str) -> str:
    if field.type == "choice":
        return _chosen(field, value, language)
    if field.type == "number":
        return str(format_decimal(value, locale=locale_of(language)))
    if field.type == "money":
        return Money(value["minor"], value["currency"]).format(language)
    if field.type == "date":
        return str(format_date(date.fromisoformat(value), "long", locale_of(language)))
    return str(value)


def _chosen(field: Field | Column, value: str, language: str) -> str:
    choice = next((choice for choice in field.choices if choice.id == value), None)
    if choice is None:
        return value
    said = str(pick(choice.label, language))
    return said if choice.built else str(pick(PLANNED, language)).format(what=said)


def _row(field: Field, row: Mapping[str, Any], language: str) -> dict[str, str]:
    return {
        str(pick(column.label, language)): _one(column, row[column.id], language)
        for column in field.columns
        if column.id in row
    }
