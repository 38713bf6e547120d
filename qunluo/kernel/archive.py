"""Rows of a community as plain data and back; every room says in definitions/archive.toml what.

[[kinds]]                       in an order in which each refers only to earlier ones
model = "community.Membership"
scope = "community"             the lookup that leads to the community's id
unique = ["code"]               made anew when the value is taken where the archive is restored
media = ["picture"]             keys of pictures to carry along
refs = {"filters.host" = "people.Person"}         ids inside JSON
prefixed = {source = {"cofounding:" = "community.CofounderOffer"}}   ids inside a text
leave = ["file"]                columns that mean nothing elsewhere
first = "postings"              rows in the order of the first of these, not of their own ids
but = {"space__visibility" = "people"}            rows that stay out

[ids]                           fields of events that are ids: of which model, or "" for none
membership_id = "community.Membership"

[codes]                         codes inside JSON, of which column: one made anew is put there too
"conversation.Thread.fields.product" = "market.Product.uid"
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Field, ForeignKey, Min, Model, QuerySet, UUIDField

from qunluo.kernel.definitions import load_file
from qunluo.kernel.ids import short_code
from qunluo.kernel.models import EventRecord

PERSON, COMMUNITY = "people.Person", "community.Community"
CHUNK = 1000
Row = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One table of the archive."""

    model: str
    scope: str
    unique: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    first: str = ""
    but: Mapping[str, Any] = field(default_factory=dict)
    refs: Mapping[str, str] = field(default_factory=dict)
    prefixed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def table(self) -> type[Model]:
        """Return the model."""
        return apps.get_model(self.model)

    @cached_property
    def fields(self) -> "list[Field[Any, Any]]":
        """Return the columns that are kept, without the id."""
        found = self.table._meta.concrete_fields
        return [f for f in found if not f.primary_key and f.name not in self.leave]


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind by its model, in an order in which references point backwards."""
    found = {}
    for entry in _entries("kinds", list):
        lists = {k: tuple(entry[k]) for k in ("unique", "media", "leave") if k in entry}
        found[entry["model"]] = Kind(**{**entry, **lists})
    first = {PERSON: 0, COMMUNITY: 1}
    return dict(sorted(found.items(), key=lambda item: first.get(item[0], 2)))


@cache
def event_ids() -> dict[str, str]:
    """Return which fields of events are ids, and of what; "" for ids of nothing in the archive."""
    return {name: model for part in _entries("ids", dict) for name, model in part.items()}


@cache
def codes() -> dict[tuple[str, str], str]:
    """Return where in JSON, by model and path, codes of a column of the archive stand."""
    found = {}
    for part in _entries("codes", dict):
        for place, of in part.items():
            room, model, path = place.split(".", 2)
            found[f"{room}.{model}", path] = of
    return found


def dump(kind: Kind, community_id: int) -> Iterator[Row]:
    """Yield the rows of a community in the order of their ids; references stay as they are."""
    found = kind.table._default_manager.filter(**{kind.scope: community_id})
    return _dump(kind, found.exclude(**kind.but) if kind.but else found)


def dump_some(kind: Kind, ids: Iterable[int]) -> Iterator[Row]:
    """Yield the rows with these ids, in their order."""
    return _dump(kind, kind.table._default_manager.filter(pk__in=list(ids)))


def people_in(kind: Kind, row: Row) -> Iterator[int]:
    """Yield the ids of all persons that a row refers to."""
    for one in kind.fields:
        if isinstance(one, ForeignKey) and _target(one) == PERSON and row[one.name] is not None:
            yield row[one.name]
    for path, model in kind.refs.items():
        if model == PERSON and (value := _inside(row, path)) is not None:
            yield int(value)


def history(community_id: int) -> Iterator[Row]:
    """Yield the events of a community, the oldest first."""
    columns = ("uid", "name", "at", "actor_id", "person_id", "data")
    found = EventRecord.objects.filter(community_id=community_id).order_by("pk")
    yield from found.values(*columns).iterator(CHUNK)


def people_in_event(row: Row) -> Iterator[int]:
    """Yield the ids of the persons that an event is about."""
    named = [(name, row["data"].get(name)) for name, m in event_ids().items() if m == PERSON]
    for name, value in [("actor_id", row["actor_id"]), ("person_id", row["person_id"]), *named]:
        if isinstance(value, int) and name:
            yield value


def event_is_known(uid: UUID) -> bool:
    """Return whether the log holds an event already: an archive beside its original."""
    return EventRecord.objects.filter(uid=uid).exists()


@contextmanager
def snapshot() -> Iterator[None]:
    """See one state of the database inside the block, without keeping writers waiting."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Not atomic(): that would take the lock of the writers.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("COMMIT")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


class Restorer:
    """Writes rows with new ids and remembers which old id became which new one."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self.ids: dict[str, dict[int, int]] = {}
        self.salt = uuid4()
        self.beside: dict[str, bool] = {}
        self.renamed: dict[str, dict[str, str]] = {}

    def know(self, model: str, old: int, new: int) -> None:
        """Note that an old id is a row that exists already."""
        self.ids.setdefault(model, {})[old] = new

    def new_id(self, model: str, old: int | None) -> int | None:
        """Return the new id of an old one, or None when it was not in the archive."""
        return None if old is None else self.ids.get(model, {}).get(int(old))

    def new_uuid(self, model: str, old: object) -> UUID | None:
        """Return the id of what is known by a UUID: its own, or one at its side.

        A copy beside its original gets ids that sort as those do.
        """
        if old is None:
            return None
        kept = UUID(str(old))
        if model not in self.beside:
            found = kinds()[model].table._default_manager.filter(pk=kept)
            self.beside[model] = found.exists()
        if not self.beside[model]:
            return kept
        low = uuid5(kept, str(self.salt)).int & (2**62 - 1)
        return UUID(int=kept.int >> 62 << 62 | low)

    def insert(self, kind: Kind, rows: Iterable[Row], **overrides: Any) -> int:
        """Insert rows under new ids; return how many. Columns the archive lacks take defaults."""
        count, batch = 0, []
        for row in rows:
            batch.append((row["id"], self._made(kind, row, overrides)))
            if len(batch) == CHUNK:
                count += self._flush(kind, batch)
        return count + self._flush(kind, batch)

    def rename_codes(self, community_id: int) -> None:
        """Put codes that were made anew where JSON names the old ones, once all rows are there."""
        for (model, path), of in codes().items():
            changed, kind = self.renamed.get(of, {}), kinds()[model]
            column, within = path.split(".", 1)[0], path.replace(".", "__")
            rows = kind.table._default_manager.filter(**{kind.scope: community_id})
            old = list(changed)
            for first in range(0, len(old), CHUNK):
                found = list(rows.filter(**{f"{within}__in": old[first : first + CHUNK]}))
                for row in found:
                    held = {column: getattr(row, column)}
                    _put(held, path, changed[_inside(held, path)])
                kind.table._default_manager.bulk_update(found, [column], batch_size=CHUNK)

    def mapped_event(self, data: Row) -> Row:
        """Return the payload of an event with new ids; 0 for what was not in the archive."""
        known = event_ids()
        return {
            name: self._mapped(known[name], value) if known.get(name) else value
            for name, value in data.items()
        }

    def _mapped(self, model: str, value: Any) -> Any:
        if isinstance(value, int):
            return self.new_id(model, value) or 0
        named = isinstance(value, str) and value and _by_uuid(kinds()[model].table)
        return str(self.new_uuid(model, value)) if named else value

    def _flush(self, kind: Kind, batch: list[tuple[int, Model]]) -> int:
        kind.table._default_manager.bulk_create([made for _old, made in batch])
        for old, made in batch:
            if not _by_uuid(kind.table):
                self.know(kind.model, old, made.pk)
        count = len(batch)
        batch.clear()
        return count

    def _made(self, kind: Kind, row: Row, overrides: Mapping[str, Any]) -> Model:
        columns: Row = {}
        row = self._with_new_refs(kind, row)
        if _by_uuid(kind.table):
            columns["pk"] = self.new_uuid(kind.model, row["id"])
        for one in kind.fields:
            if one.name not in row:
                continue
            value = row[one.name]
            if isinstance(one, ForeignKey):
                found = self.new_uuid if _by_uuid(one.remote_field.model) else self.new_id
                columns[one.attname] = found(_target(one), value)
            else:
                columns[one.attname] = one.to_python(value)
        for name in kind.unique:
            old, columns[name] = columns.get(name), _free(kind, name, columns.get(name))
            if old != columns[name]:
                self.renamed.setdefault(f"{kind.model}.{name}", {})[str(old)] = columns[name]
        return kind.table(**{**columns, **overrides})

    def _with_new_refs(self, kind: Kind, row: Row) -> Row:
        for path, model in kind.refs.items():
            value = _inside(row, path)
            if value is not None and str(value).isdecimal():
                _put(row, path, type(value)(self.new_id(model, int(value)) or 0))
        for name, prefixes in kind.prefixed.items():
            for prefix, model in prefixes.items():
                old = str(row.get(name, "")).removeprefix(prefix)
                if old != row.get(name) and old.isdecimal():
                    row[name] = f"{prefix}{self.new_id(model, int(old)) or 0}"
        return row


def _dump(kind: Kind, rows: "QuerySet[Any]") -> Iterator[Row]:
    fields = kind.fields
    if kind.first:
        rows = rows.annotate(first=Min(f"{kind.first}__pk")).order_by("first", "pk")
    else:
        rows = rows.order_by("pk")
    for row in rows.iterator(CHUNK):
        yield {"id": row.pk, **{f.name: f.value_from_object(row) for f in fields}}


def _entries(part: str, kind: Callable[[], Any]) -> Iterator[Any]:
    for room in apps.get_app_configs():
        path = Path(room.path) / "definitions" / "archive.toml"
        if room.name.startswith("qunluo.") and path.exists():
            found = load_file(path).get(part, kind())
            yield from found if kind is list else [found]


def _by_uuid(table: type[Model]) -> bool:
    return isinstance(table._meta.pk, UUIDField)


def _target(one: "ForeignKey[Any, Any]") -> str:
    return str(one.remote_field.model._meta.label)


def _inside(row: Row, path: str) -> Any:
    value: Any = row
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _put(row: Row, path: str, value: Any) -> None:
    *steps, last = path.split(".")
    at: Any = row
    for step in steps:
        at = at[step]
    at[last] = value


def _free(kind: Kind, name: str, value: Any) -> Any:
    """Return the value, or a new code as long as it when somebody here has it."""
    while value and kind.table._default_manager.filter(**{name: value}).exists():
        value = short_code(len(value))
    return value
