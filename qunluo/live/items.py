"""What is sent: made once for everybody, sent to those whom it concerns."""

import json
from dataclasses import dataclass
from typing import Any

from qunluo.kernel.delivery.log import Place


def cursor_of(place: Place) -> str:
    """Return a place of the log as the id of a server-sent event."""
    return f"{place.xid}.{place.id}"


def place_of(cursor: str) -> Place | None:
    """Return the place that an id means, or None for what is none."""
    xid, _dot, event = cursor.strip().partition(".")
    digits = xid.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and event.isascii() and event.isdigit()):
        return None
    return Place(int(xid), int(event)) if len(cursor) < 60 else None


def frame(said: dict[str, Any], place: Place | None = None) -> bytes:
    """Return one server-sent event; with a place it can be resumed from."""
    data = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    head = f"id: {cursor_of(place)}\n" if place else ""
    return f"{head}data: {data}\n\n".encode()


@dataclass(frozen=True, slots=True)
class Item:
    """One message for many: `full` for who looks at its thread and for programs, else `brief`.

    It goes to those who hear `space`, or to `people` alone; never to `but`.
    """

    full: bytes
    brief: bytes = b""
    place: Place | None = None
    space: int = 0
    thread: int = 0
    people: frozenset[int] = frozenset()
    but: int = 0
    watchers: bool = False  # only for who looks at the thread
    only: frozenset[int] | None = None  # of those who hear the space: what is not open to all yet


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the follower found out about somebody who wants to listen."""

    ok: bool
    spaces: frozenset[int] = frozenset()
    space: int = 0  # of the thread that is looked at, when it may be
    handle: str = ""
    name: str = ""
    head: Place = Place(0, 0)
    replay: tuple[Item, ...] = ()
    reset: bool = False
    bell: int = 0  # notices that wait
