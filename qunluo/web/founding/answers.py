"""Between a step of the charter and its form: what was typed, and what to show again."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import QueryDict

from qunluo.kernel.money import Money

SPARE_ROWS = 1
MOST_ROWS = 60


def read(fields: Iterable[Any], post: QueryDict) -> dict[str, Any]:
    """Return the typed answers by field id, as the action expects them."""
    return {field.id: _read(field, post) for field in fields}


def _read(field: Any, post: QueryDict) -> Any:
    if field.type == "choices":
        return post.getlist(field.id)
    if field.kind == "rows":
        return _rows(field, post)
    return post.get(field.id, "")


def _rows(field: Any, post: QueryDict) -> list[dict[str, str]]:
    """Return the rows in the order of their numbers; empty ones are dropped by the action."""
    pattern = re.compile(rf"{re.escape(field.id)}\.(\d{{1,3}})\.")
    numbers = {int(found[1]) for key in post if (found := pattern.match(key))}
    return [
        {column.id: post.get(f"{field.id}.{number}.{column.id}", "") for column in field.columns}
        for number in sorted(numbers)[:MOST_ROWS]
    ]


def shown(field: Any, value: Any) -> Any:
    """Return a stored value as a form shows it."""
    if field.kind == "rows":
        rows = [
            {column.id: _cell(row.get(column.id)) for column in field.columns}
            for row in value or []
        ]
        spare = min(SPARE_ROWS, field.max_items - len(rows))
        return rows + [{column.id: "" for column in field.columns} for _ in range(spare)]
    if field.type == "list":
        return "\n".join(value) if isinstance(value, list) else value or ""
    if field.type == "choices":
        return value or []
    return _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(Money(value["minor"], value["currency"]).decimal)
    return value.isoformat() if isinstance(value, date) else str(value)
