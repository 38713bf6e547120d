"""Queries of pages that are opened all day: put together once, asked again with other values.

Building a QuerySet and turning it into SQL costs more than the databases need to answer it. Here
that happens once for each shape of a question, with marks in the place of ids and moments. What
the SQL says is still what the QuerySet says, whoever wrote its conditions.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from qunluo.kernel.clock import now, travel

MARKS = 7_000_000_000_000_000  # numbers from here on stand for the numbers that are given
MOMENT = datetime(2345, 6, 7, 8, 9, 10, 123456, tzinfo=UTC)  # stands for now
Build = Callable[[Sequence[int]], "QuerySet[Any, Any]"]
Converter = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class _Prepared:
    sql: str
    values: tuple[Any, ...]
    converters: tuple[tuple[int, Sequence[Converter], Any], ...]


_known: dict[Hashable, _Prepared] = {}
_lock = threading.Lock()
MOST = 2000  # shapes; then it starts anew


def ask(shape: Hashable, build: Build, numbers: Sequence[int]) -> list[list[Any]]:
    """Return the rows of a query by values_list; `build` makes it of numbers that stand for these.

    It may use `numbers` and `now()` only: whatever else changes it belongs into the shape, such as
    how many numbers there are.
    """
    key = (connection.vendor, build.__qualname__, shape, len(numbers))
    prepared = _known.get(key)
    if prepared is None:
        prepared = _prepare(build, len(numbers))
        with _lock:
            if len(_known) >= MOST:
                _known.clear()
            _known[key] = prepared
    moment = now()
    values = [_value(one, numbers, moment) for one in prepared.values]
    with connection.cursor() as cursor:
        cursor.execute(prepared.sql, values)
        rows = [list(row) for row in cursor.fetchall()]
    for place, converters, expression in prepared.converters:
        for convert in converters:
            for row in rows:
                row[place] = convert(row[place], expression, connection)
    return rows


def _prepare(build: Build, count: int) -> _Prepared:
    with travel(MOMENT):
        query = build(range(MARKS, MARKS + count)).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, values = compiler.as_sql()
    columns = [one[0] for one in compiler.select[: compiler.col_count]]
    found = compiler.get_converters(columns)
    converters = tuple((place, tuple(some), column) for place, (some, column) in found.items())
    return _Prepared(sql, tuple(_marked(one) for one in values), converters)


class _Shift:
    """A moment so far from now."""

    def __init__(self, moment: datetime) -> None:
        self.by = moment - MOMENT


def _marked(value: Any) -> Any:
    """Return what stands for a value: one that is compared with now becomes its distance."""
    moment = value
    if isinstance(value, str) and value[:2] == "23" and len(value) > len("2345-06-07"):
        moment = parse_datetime(value)
    if isinstance(moment, datetime) and abs(moment.year - MOMENT.year) <= 2:
        return _Shift(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return value


def _value(value: Any, numbers: Sequence[int], moment: datetime) -> Any:
    if isinstance(value, _Shift):
        return connection.ops.adapt_datetimefield_value(moment + value.by)
    if type(value) is int and value >= MARKS:
        return numbers[value - MARKS]
    return value
