"""Queries of pages that are opened all day: put together once, asked again with other values.

Building a QuerySet and turning it into SQL costs more than the databases need to answer it. Here
that happens once for each shape of a question, with marks in the place of ids, words and moments.
What the SQL says is still what the QuerySet says, whoever wrote its conditions.
"""

import json
import re
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import JSONField, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators
from django.utils.dateparse import parse_datetime

from qunluo.kernel.clock import now, travel

if TYPE_CHECKING:
    from django.db.models import Field

    from qunluo.kernel.postgres.base import DatabaseWrapper

# Numbers from here on stand for the numbers that are given; no column of small numbers takes them.
MARKS = 2_147_000_000
WORDS = "\u2063mark "  # and such words for the words that are given
MOMENT = datetime(2345, 6, 7, 8, 9, 10, 123456, tzinfo=UTC)  # stands for now
BEYOND = 2**63
TRUTH = {0: False, 1: True, None: None}
Given = int | str
M = TypeVar("M", bound=Model)
Build = Callable[[Sequence[Any]], "QuerySet[Any, Any]"]
Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Prepared:
    """A query as the database wants it, and what becomes of its rows."""

    sql: str
    fixed: tuple[Any, ...]
    # At which place of the values which of those that are given, and as what it is sent.
    given: tuple[tuple[int, int, Convert | None], ...]
    moments: tuple[tuple[int, Any], ...]  # at which place how far from now
    converts: tuple[tuple[int, Convert], ...]
    whole: "_Whole | None"


@dataclass(frozen=True)
class _Whole:
    """How rows become objects."""

    model: type[Model]
    plain: bool  # it is made by setting its columns
    start: int
    end: int
    names: Sequence[str]
    populators: Sequence[Any]
    annotations: Mapping[str, int]


_known: dict[Hashable, _Prepared | None] = {}
_inserts: dict[Hashable, str] = {}
_lock = threading.Lock()
LONG = 1000  # lists that are as long are rare
MOST = 2000  # shapes; then it starts anew


def ask(shape: Hashable, build: Build, given: Sequence[Given]) -> list[tuple[Any, ...]]:
    """Return the rows of a query by values_list; `build` makes it of marks that stand for these.

    It may use what it is handed and `now()` only: whatever else changes it belongs into the shape.
    How many are given, and which of them are words, does by itself. Numbers that no column takes
    find nothing. ValueError for a query that is always empty, or in which what is given does not
    stand by itself.
    """
    prepared = _find(shape, build, given)
    return _rows(prepared, given) if prepared else []


def objects(shape: Hashable, build: Build, given: Sequence[Given]) -> list[Any]:
    """Return the objects of a query, with what select_related and annotate bring; else as `ask`."""
    prepared = _find(shape, build, given)
    if prepared is None:
        return []
    whole = cast("_Whole", prepared.whole)
    found = []
    for row in _rows(prepared, given):
        values = row[whole.start : whole.end]
        if whole.plain:
            one = of_columns(whole.model, whole.names, values)
        else:
            one = whole.model.from_db(DEFAULT_DB_ALIAS, whole.names, values)
        for populator in whole.populators:
            populator.populate(row, one)
        for name, place in whole.annotations.items():
            setattr(one, name, row[place])
        found.append(one)
    return found


def of_columns(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """Return an object by its columns alone; what is left out is asked for when it is looked at."""
    one = model.__new__(model)
    one.__dict__.update(zip(names, values, strict=True))
    one._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return one


def first(shape: Hashable, build: Build, given: Sequence[Given]) -> Any:
    """Return the first object of a query, or None; it should ask for one or for few."""
    found = objects(shape, build, given)
    return found[0] if found else None


def insert(rows: "Sequence[Model]") -> None:
    """Write new rows of one model by one statement and give them their ids; nobody is told of it.

    They hold plain values, and the database counts their ids. IntegrityError.
    """
    model, here = type(rows[0]), connections[DEFAULT_DB_ALIAS]
    fields = _columns(model)
    values = [
        one.get_db_prep_save(one.pre_save(row, add=True), here) for row in rows for one in fields
    ]
    quote = here.ops.quote_name
    key = (here.vendor, model, len(rows))
    if key not in _inserts:
        names = ", ".join(quote(str(one.column)) for one in fields)
        places = f"({', '.join(['%s'] * len(fields))})"
        back = quote(str(model._meta.pk.column))
        _inserts[key] = (
            f"INSERT INTO {quote(model._meta.db_table)} ({names}) "  # noqa: S608 -- names alone
            f"VALUES {', '.join([places] * len(rows))} RETURNING {back}"
        )
    with here.cursor() as cursor:
        cursor.execute(_inserts[key], values)
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _columns(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(one for one in model._meta.concrete_fields if not one.primary_key)


def padded(ids: Iterable[int]) -> list[int]:
    """Return the ids once each with zeros to the next power of two, so that few shapes arise."""
    found = sorted({pk for pk in ids if pk})
    room = 1 << (len(found) - 1).bit_length() if 0 < len(found) < LONG else 0
    return found + [0] * (room - len(found))


def _find(shape: Hashable, build: Build, given: Sequence[Given]) -> _Prepared | None:
    words = tuple(isinstance(one, str) for one in given)
    key = (connections[DEFAULT_DB_ALIAS].vendor, build.__module__, build.__qualname__, shape, words)
    try:
        return _known[key]
    except KeyError:
        prepared = _prepare(build, words)
    with _lock:
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = prepared
    return prepared


def _rows(prepared: _Prepared, given: Sequence[Given]) -> list[tuple[Any, ...]]:
    if any(not isinstance(one, str) and one >= BEYOND for one in given):
        return []
    here = connections[DEFAULT_DB_ALIAS]
    values = list(prepared.fixed)
    for place, which, sent in prepared.given:
        values[place] = sent(given[which]) if sent else given[which]
    if prepared.moments:
        moment = now()
        adapt = here.ops.adapt_datetimefield_value
        for place, by in prepared.moments:
            values[place] = adapt(moment + by)
    rows: list[tuple[Any, ...]] = cast("Any", here).rows(prepared.sql, values)
    if not prepared.converts or not rows:
        return rows
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, convert in prepared.converts:
        columns[place] = map(convert, columns[place])
    return list(zip(*columns, strict=True))


def _prepare(build: Build, words: Sequence[bool]) -> _Prepared | None:
    marks = [f"{WORDS}{n}" if word else MARKS + n for n, word in enumerate(words)]
    with travel(MOMENT):
        query = build(marks).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:
            if words:  # then it would be empty for others as well
                raise ValueError("This query finds nothing, whatever is given.") from None
            return None
    values = [_moment(one) for one in values]
    sql, values = _with_fixed(sql, values)
    given = tuple(
        (n, which, _sent(one)) for n, one in enumerate(values) if (which := _which(one)) is not None
    )
    if {which for _place, which, _sent in given} != set(range(len(words))):
        raise ValueError("Not everything that is given stands by itself in the query.")
    columns = [one[0] for one in compiler.select[: compiler.col_count]]
    found = compiler.get_converters(columns)
    converts = tuple(
        (place, convert)
        for place, (some, column) in found.items()
        if (convert := _convert(some, column))
    )
    return _Prepared(
        sql,
        tuple(values),
        given,
        tuple((n, one - MOMENT) for n, one in enumerate(values) if isinstance(one, datetime)),
        converts,
        _whole(compiler),
    )


def _with_fixed(sql: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """Return the SQL with places for what changes only; the database plans for the rest at once."""
    rest, left = iter(values), list[Any]()

    def put(found: "re.Match[str]") -> str:
        if found[0] == "%%":
            return found[0]
        value = next(rest)
        if _which(value) is not None or isinstance(value, datetime):
            left.append(value)
            return found[0]
        return literal(value).replace("%", "%%")

    def literal(value: Any) -> str:
        there = cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS])
        return cast("str", there.ops.compose_sql("%s", [value]))

    return re.sub("%[%s]", put, sql), left


def _sent(mark: Any) -> Convert | None:
    """Return as what PostgreSQL gets a value: of one size, or each would be another statement."""
    if connection.vendor != "postgresql" or not isinstance(mark, int):
        return None
    return cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS]).number


def _whole(compiler: Any) -> _Whole | None:
    info = compiler.klass_info
    if info is None:
        return None
    places = info["select_fields"]
    start, end = places[0], places[-1] + 1
    model: type[Model] = info["model"]
    names = [one[0].target.attname for one in compiler.select[start:end]]
    return _Whole(
        model,
        _plain(model, names),
        start,
        end,
        names,
        get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]
        compiler.annotation_col_map or {},
    )


def _plain(model: type[Model], names: Sequence[str]) -> bool:
    """Tell whether making an object of a row is but setting its columns; nobody listens to it."""
    whole = set(names) == {one.attname for one in model._meta.concrete_fields}
    return whole and model.__init__ is Model.__init__ and "from_db" not in vars(model)


def _moment(value: Any) -> Any:
    """Return a moment that is compared with now as what it is, whatever the database made of it."""
    moment = value
    if isinstance(value, str) and value[:2] == "23" and len(value) > len("2345-06-07"):
        moment = parse_datetime(value)
    if isinstance(moment, datetime) and abs(moment.year - MOMENT.year) <= 2:
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value


def _which(value: Any) -> int | None:
    """Return which of what is given a value stands for."""
    if isinstance(value, int) and value >= MARKS:
        return value - MARKS
    if isinstance(value, str) and value.startswith(WORDS):
        return int(value.removeprefix(WORDS))
    return None


def _convert(converters: Sequence[Any], column: Any) -> Convert | None:
    """Return one function for a column; the common ones without the layers of the general ones."""
    if len(converters) == 1:
        only, field = converters[0], getattr(column, "target", None)
        if only == getattr(connection.ops, "convert_datetimefield_value", None):
            return _aware if field is None else None  # what a column holds comes aware (sqlite.py)
        if only == getattr(connection.ops, "convert_booleanfield_value", None):
            return TRUTH.__getitem__
        if isinstance(field, JSONField) and only == field.from_db_value and not field.decoder:
            return _json

    def convert(value: Any) -> Any:
        for one in converters:
            value = one(value, column, connection)
        return value

    return convert


def _aware(value: Any) -> Any:
    """Return what SQLite holds as a moment; as Django keeps them, in UTC."""
    if isinstance(value, str):  # of an aggregate
        value = parse_datetime(value)
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _json(value: Any) -> Any:
    if value == "{}":
        return {}
    if value == "[]":
        return []
    return value if value is None else json.loads(value)
