"""The open connections: whom each belongs to, what it may hear, and what waits to be sent.

Everything here runs in the event loop; what needs the database happens in the follower.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, KeysView
from typing import Any

from qunluo.kernel.delivery.log import Place
from qunluo.live.items import Item, Welcome, cursor_of, frame
from qunluo.people.queries import Pass

MOST_WAITING = 512  # frames; whoever falls further behind is dropped and resumes
MOST_EACH = 16  # connections of one person
GRACE = 15.0  # seconds for which somebody still counts as here
HEARTBEAT = 20.0
SHOWN = 50  # people named in a room
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Connection:
    """One open stream; without a task of its own while nothing is to be sent."""

    __slots__ = (
        "pass_", "watch", "space", "program", "send", "task", "waiting", "writer", "spaces",
        "beat", "open",
    )  # fmt: skip

    def __init__(self, pass_: Pass, watch: int, send: Send, *, program: bool) -> None:
        """Hold what is known before the follower has answered."""
        self.pass_ = pass_
        self.watch = watch
        self.space = 0
        self.program = program
        self.send = send
        self.task: asyncio.Task[Any] | None = asyncio.current_task()
        self.waiting: deque[bytes] | None = None
        self.writer: asyncio.Task[None] | None = None
        self.spaces: frozenset[int] = frozenset()
        self.beat = 0
        self.open = True

    def push(self, data: bytes) -> None:
        """Send soon; a connection that does not take what it is sent is dropped."""
        if not self.open:
            return
        if self.waiting is None:
            self.waiting = deque()
        self.waiting.append(data)
        if len(self.waiting) > MOST_WAITING:
            self.drop()
        elif self.writer is None:
            self.writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self.waiting and self.open:
                data = b"".join(self.waiting)
                self.waiting.clear()
                await self.send({"type": "http.response.body", "body": data, "more_body": True})
        finally:
            self.writer = self.waiting = None

    def drop(self) -> None:
        """End the connection; the client comes back and resumes."""
        if self.open:
            self.open = False
            if self.writer:
                self.writer.cancel()
            if self.task:
                self.task.cancel()

    def wants(self, item: Item) -> bytes:
        """Return what this connection gets of an item, nothing when it is not for it."""
        mine = self.pass_.person_id
        if item.people:
            return item.full if mine in item.people else b""
        if item.space not in self.spaces or item.but == mine:
            return b""
        if item.only is not None and mine not in item.only:
            return b""
        if item.watchers:
            return item.full if self.watch == item.thread and self.space else b""
        if self.watch == item.thread:
            return item.full
        return item.full if self.program else item.brief


class Hub:
    """All connections of this process."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.connections: set[Connection] = set()
        self.people: dict[int, int] = {}  # person: how many connections
        self.handles: dict[int, str] = {}
        self.names: dict[int, str] = {}
        self.hears: dict[int, frozenset[int]] = {}
        self.left: dict[int, float] = {}  # person: until when they still count as here
        self.elsewhere: dict[int, float] = {}  # the same, for those at other processes
        self.head = Place(0, 0)
        self.shown: dict[int, tuple[int, tuple[str, ...]]] = {}  # space: who was told to be there
        self.beats = 0
        self.sent = 0

    def may_come(self, person_id: int) -> bool:
        """Return whether one more connection of a person is taken."""
        return self.people.get(person_id, 0) < MOST_EACH

    def admit(self, connection: Connection, found: Welcome) -> None:
        """Take a connection in and send what it missed; called in the order of the log."""
        if not found.ok or not connection.open:
            connection.drop()
            return
        person = connection.pass_.person_id
        connection.spaces = self.hears[person] = found.spaces
        connection.space = found.space
        connection.beat = self.beats % int(HEARTBEAT)
        self.connections.add(connection)
        self.people[person] = self.people.get(person, 0) + 1
        self.handles[person], self.names[person] = found.handle, found.name
        self.left.pop(person, None)
        self.head = max(self.head, found.head)
        connection.push(b"retry: 2000\n\n")
        if found.reset:
            connection.push(frame({"what": "reset"}, found.head))
        for item in found.replay:
            if data := connection.wants(item):
                connection.push(data)
        connection.push(frame({"what": "hello", "bell": found.bell}, found.head))
        if connection.watch and not connection.space:
            connection.push(frame({"what": "gone"}))
        self.shown.pop(connection.space, None)

    def forget(self, connection: Connection) -> None:
        """Let a connection go; its person still counts as here for a moment."""
        connection.open = False
        if connection not in self.connections:
            return
        self.connections.discard(connection)
        person = connection.pass_.person_id
        self.people[person] -= 1
        if not self.people[person]:
            del self.people[person]
            self.left[person] = time.monotonic() + GRACE

    def tell(self, items: Iterable[Item], head: Place | None = None) -> None:
        """Send items to everybody whom they concern."""
        items = list(items)
        for connection in list(self.connections) if items else ():
            for item in items:
                if data := connection.wants(item):
                    connection.push(data)
                    self.sent += 1
        if head:
            self.head = max(self.head, head)

    def hear(self, hears: dict[int, frozenset[int]]) -> None:
        """Take what people may hear from now on; who no longer sees their thread is told."""
        changed = {p: s for p, s in hears.items() if p in self.hears and self.hears[p] != s}
        self.hears |= changed
        for connection in list(self.connections) if changed else ():
            spaces = changed.get(connection.pass_.person_id)
            if spaces is None:
                continue
            connection.spaces = spaces
            if connection.space and connection.space not in spaces:
                connection.space = 0
                connection.push(frame({"what": "gone"}))

    def end(self, passes: Iterable[Pass]) -> None:
        """Close every connection of sessions and tokens that are over."""
        over = set(passes)
        for connection in list(self.connections):
            if connection.pass_ in over:
                connection.drop()

    def passes(self) -> set[Pass]:
        """Return whose connections are open."""
        return {connection.pass_ for connection in list(self.connections)}

    def typing(self, person: int, thread: int, space: int, handle: str, name: str) -> None:
        """Tell who looks at a thread that somebody is writing; it is kept nowhere."""
        said = frame({"what": "typing", "handle": handle, "name": name})
        self.tell([Item(full=said, space=space, thread=thread, but=person, watchers=True)])

    def beat(self) -> None:
        """Once a second: a part of the heartbeats, and who is here where somebody looks."""
        self.beats += 1
        part = self.beats % int(HEARTBEAT)
        data = f": {part}\nid: {cursor_of(self.head)}\n\n".encode()
        for connection in list(self.connections):
            if connection.beat == part:
                connection.push(data)
        if self.beats % 2 == 0:
            self._show_who_is_here()

    def here(self) -> set[int]:
        """Return who has an open stream, here or elsewhere, or had one a moment ago."""
        moment = time.monotonic()
        for waiting in (self.left, self.elsewhere):
            for person in [p for p, until in waiting.items() if until < moment]:
                del waiting[person]
        everybody = self.people.keys() | self.left.keys() | self.elsewhere.keys()
        for person in self.hears.keys() - everybody:
            del self.hears[person]
            self.handles.pop(person, None)
            self.names.pop(person, None)
        return everybody

    def _show_who_is_here(self) -> None:
        watched: dict[int, list[Connection]] = defaultdict(list)
        for connection in self.connections:
            watched[connection.space].append(connection)
        watched.pop(0, None)
        crowd = self._crowd(watched.keys())
        for space, people in crowd.items():
            handles = tuple(self.handles[p] for p in people[:SHOWN] if self.handles.get(p))
            now_here = (len(people), handles)
            if self.shown.get(space) == now_here:
                continue
            self.shown[space] = now_here
            data = frame({"what": "here", "count": len(people), "people": handles})
            for connection in watched[space]:
                connection.push(data)
        for space in self.shown.keys() - watched.keys():
            del self.shown[space]

    def _crowd(self, spaces: KeysView[int]) -> dict[int, list[int]]:
        """Return who is here of those who see each of some spaces."""
        found: dict[int, list[int]] = {space: [] for space in spaces}
        for person in sorted(self.here()):
            for space in self.hears.get(person, frozenset()) & spaces:
                found[space].append(person)
        return found

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(1.0)
            self.beat()

    def close(self) -> None:
        """End every connection."""
        for connection in list(self.connections):
            connection.drop()
