"""Domain events: frozen facts in plain Python.

A payload keeps ids, codes, numbers and dates, never names, addresses or free text. The log is
append-only, so this is what makes the erasure of a person possible without touching history.
A field added later needs a default, because old events do not have it; a dropped one is ignored.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

META = frozenset({"community_id", "actor_id", "person_id", "id", "at"})
REGISTRY: dict[str, type["Event"]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of every event; id and at are set when it is read back from the log."""

    name: ClassVar[str] = ""
    audit: ClassVar[bool] = False
    community_id: int | None = None
    actor_id: int | None = None
    person_id: int | None = None
    id: int | None = field(default=None, compare=False)
    at: datetime | None = field(default=None, compare=False)

    def __init_subclass__(cls) -> None:
        """Register the class under its name, which must be unique."""
        super().__init_subclass__()
        if not cls.name:
            raise TypeError(f"{cls.__name__} needs a name such as 'room.something_happened'.")
        known = REGISTRY.setdefault(cls.name, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"Two events are named {cls.name}.")
        REGISTRY[cls.name] = cls

    def data(self) -> dict[str, Any]:
        """Return the own fields as JSON values."""
        return {name: encode(getattr(self, name)) for name in _own_fields(self.name)}


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(Event):
    """Stands for an event whose class no longer exists; `was` is its name."""

    name: ClassVar[str] = "kernel.unknown"
    was: str
    payload: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeadLetterReplayed(Event):
    """An operator asked for a failed delivery to be tried again."""

    name: ClassVar[str] = "kernel.dead_letter_replayed"
    audit: ClassVar[bool] = True
    reaction: str
    event_id: int


@dataclass(frozen=True, kw_only=True)
class DeadLetterDiscarded(Event):
    """An operator gave up a failed delivery for good."""

    name: ClassVar[str] = "kernel.dead_letter_discarded"
    audit: ClassVar[bool] = True
    reaction: str
    event_id: int


def encode(value: Any) -> Any:
    """Return a JSON value for what an event may hold; TypeError for anything else."""
    if value is None or isinstance(value, str | int | float) and not isinstance(value, Enum):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return encode(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    raise TypeError(f"An event cannot hold {type(value).__name__}: {value!r}")


def restore(name: str, data: dict[str, Any], **meta: Any) -> Event:
    """Return the event as it was published; `meta` is community_id, actor_id, person_id, id, at.

    What no longer fits its class comes back as an UnknownEvent, so that one bad row stops nobody.
    """
    cls = REGISTRY.get(name)
    if cls is None:
        return UnknownEvent(was=name, payload=data, **meta)
    try:
        decoders = _decoders(name)
        own = {key: decode(data[key]) for key, decode in decoders.items() if key in data}
        return cls(**own, **meta)
    except (TypeError, ValueError, ArithmeticError):
        return UnknownEvent(was=name, payload=data, **meta)


@cache
def _own_fields(name: str) -> tuple[str, ...]:
    fields = dataclasses.fields(REGISTRY[name])
    return tuple(f.name for f in fields if f.name not in META)


@cache
def _decoders(name: str) -> dict[str, Callable[[Any], Any]]:
    hints = get_type_hints(REGISTRY[name])
    return {field: _decoder(hints[field]) for field in _own_fields(name)}


def _as_is(value: Any) -> Any:
    return value


def _decoder(hint: Any) -> Callable[[Any], Any]:
    """Return what turns the JSON value of a field back into the declared type."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = [_decoder(arg) for arg in args if arg is not type(None)]
        return _optional(inner[0]) if len(inner) == 1 else _as_is
    if origin in (list, tuple, set, frozenset):
        return _collection(origin, _decoder(args[0]) if args else _as_is)
    if hint in (datetime, date):
        return _fromisoformat(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _fields_of(hint)
    if isinstance(hint, type) and issubclass(hint, UUID | Decimal | Enum):
        return hint
    return _as_is


def _optional(decode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else decode(value)


def _collection(kind: Any, decode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: kind(decode(value) for value in values)


def _fields_of(kind: type) -> Callable[[Any], Any]:
    return lambda value: kind(**value)


def _fromisoformat(kind: type[date]) -> Callable[[Any], Any]:
    return lambda value: kind.fromisoformat(value)
