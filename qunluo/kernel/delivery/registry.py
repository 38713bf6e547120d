"""Which function reacts to which event."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from qunluo.kernel.events import Event

React = TypeVar("React", bound=Callable[[Any], None])


@dataclass(frozen=True)
class Reaction:
    """A function of a room's reactions.py; its name is the key of its cursor."""

    name: str
    function: Callable[[Any], None]
    events: tuple[str, ...]
    from_start: bool


REACTIONS: dict[str, Reaction] = {}


def reacts_to(
    *kinds: type[Event], from_start: bool = False, name: str | None = None
) -> Callable[[React], React]:
    """Hand these events to the decorated function, in the worker, at least once each.

    The function runs in a transaction that also moves its cursor, so its own writes happen once.
    It may be called again for an event whose neighbour failed, after those writes were undone:
    what cannot be undone (a message, a file) belongs into a job. A reaction that appears later
    starts at that moment, or at the beginning of the log with from_start. Give the old name when
    a function is renamed, since the name is what its cursor is kept under.
    """
    if not kinds:
        raise TypeError("@reacts_to needs at least one event class.")

    def register(function: React) -> React:
        key = name or f"{_room(function.__module__)}.{function.__name__}"
        known = REACTIONS.get(key)
        if known and known.function is function:
            raise TypeError(f"{key} reacts already: name all its events in one @reacts_to.")
        if known and _place(known.function) != _place(function):
            raise TypeError(f"Two reactions are named {key}.")
        REACTIONS[key] = Reaction(key, function, tuple(kind.name for kind in kinds), from_start)
        return function

    return register


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "qunluo" and len(parts) > 1 else parts[-1]


def _place(function: Callable[..., Any]) -> tuple[str, str]:
    return function.__module__, function.__qualname__
