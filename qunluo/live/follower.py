"""The thread that asks the database: follows the log, and knows who may hear what.

It hands everything to the event loop in order, so that a connection is taken in exactly between
two batches: what came before is replayed to it, what comes after is sent to it.
"""

import asyncio
import json
import logging
import os
import queue
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection

from qunluo.conversation import queries
from qunluo.kernel import whisper
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import log as events
from qunluo.kernel.delivery.log import Place
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import CHANNEL
from qunluo.live import telling
from qunluo.live.hub import Connection, Hub
from qunluo.live.items import Item, Welcome
from qunluo.people.queries import holding, person_card
from qunluo.reach.queries import bells

log = logging.getLogger(__name__)
SHORTEST, LONGEST = 0.01, 0.5
BATCH = 500
KEPT = 4000  # items that are kept for those who come back
MOST_REPLAYED = 1000  # events of the log that are read again for one who was long away
HEALTHY, LONGEST_AWAY = 60.0, 5.0
CHECKED_EVERY = 1.0
ALL_EVERY = 30.0
ONLINE_EVERY, ONLINE_PART = 5.0, 500
HOST = f"{socket.gethostname()}:{os.getpid()}"  # containers may all be the same


@dataclass(frozen=True)
class Ask:
    """Somebody wants to listen, from a place on or from now."""

    connection: Connection
    after: Place | None
    bad: bool = False  # an id that we never gave


class Follower(threading.Thread):
    """Follows the log for one hub."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare; the database is asked from the thread alone."""
        super().__init__(name="follower", daemon=True)
        self.hub, self.loop = hub, loop
        self.sign = f"{HOST}:{short_code()}"
        self.asks: queue.SimpleQueue[Ask] = queue.SimpleQueue()
        self.words: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.stopping = threading.Event()
        self.ready = threading.Event()
        self.hearings: dict[int, queries.Hearing] = {}
        self.kept: deque[Item] = deque()
        self.from_ = self.head = Place(0, 0)  # what came after from_ is kept
        self.whispered: int | None = None
        self._notices: list[dict[str, Any]] = []
        self.version = 0
        self.checked = self.asked_all = self.told_online = 0.0

    def run(self) -> None:
        """Follow until stopped; after an error begin again where it was."""
        pause = 0.2
        while not self.stopping.is_set():
            began = time.monotonic()
            try:
                self._follow()
            except Exception as error:
                quiet = isinstance(error, DatabaseError)
                log.warning("Live lost the database: %s", error, exc_info=not quiet)
                connection.close()
                pause = 0.2 if time.monotonic() - began > HEALTHY else pause
                self.stopping.wait(pause)
                pause = min(pause * 2, LONGEST_AWAY)
        connection.close()

    def _follow(self) -> None:
        self._listen()
        if not self.ready.is_set():
            self.from_ = self.head = events.settled()
            self.ready.set()
        # A server that crashed gives numbers again that were seen and never written.
        self.head = min(self.head, events.settled())
        pause, rang = SHORTEST, True  # after an error something may have been missed
        while not self.stopping.is_set():
            pause = SHORTEST if self._turn(rang=rang) or rang else min(pause * 2, LONGEST)
            rang = self._wait(pause)

    def _turn(self, *, rang: bool) -> bool:
        """Do what there is to do; True when there was something."""
        sqlite = connection.vendor == "sqlite"
        busy = self._read_on() if rang or not sqlite else False
        busy |= self._welcome()
        busy |= self._speak()
        moment = time.monotonic()
        if moment - self.checked > CHECKED_EVERY:
            self.checked = moment
            self._check(everybody=moment - self.asked_all > ALL_EVERY)
        return busy

    # What happened

    def _read_on(self) -> bool:
        """Tell what stands in the log since the last look, in batches."""
        words, found = self._whispers(), False
        while True:
            head = events.settled()
            batch = events.read(self.head, head, telling.names(), BATCH) if head > self.head else []
            reached = batch[-1][0] if len(batch) == BATCH else max(head, self.head)
            if changed := [e for _, e in batch if telling.changes_sight(e)]:
                self._ask_again(self._touched(changed))
            items = telling.told(batch)
            self._keep(items)
            self.head = reached
            found = found or bool(batch)
            if batch:
                self._hand(self.hub.tell, items, reached)
            if len(batch) < BATCH:
                break
        if spoken := telling.whispered(words, self.hearings):
            self._hand(self.hub.tell, spoken)
        self._hear_others(words)
        return found or bool(words)

    def _touched(self, changed: list[Any]) -> set[int]:
        """Return who of those that listen is concerned by a change of who sees what."""
        people = {e.person_id for e in changed if e.person_id}
        people |= {e.actor_id for e in changed if e.actor_id}
        known = set(self.hearings)
        if any(e.person_id is None or e.name.startswith("conversation.space") for e in changed):
            return known
        return known & people

    def _keep(self, items: list[Item]) -> None:
        self.kept.extend(items)
        while len(self.kept) > KEPT:
            self.from_ = self.kept.popleft().place or self.from_

    def _whispers(self) -> list[dict[str, Any]]:
        if connection.vendor == "sqlite":
            self.whispered, words = whisper.said_since(self.whispered)
            return words
        words, self._notices = self._notices, []
        return words

    def _hear_others(self, words: list[dict[str, Any]]) -> None:
        """Take what other live processes say: who writes, and who is there."""
        for word in words:
            if word.get("from") in (None, self.sign):
                continue
            if word["what"] == "typing":
                keys = ("person", "thread", "space", "handle", "name")
                self._hand(self.hub.typing, *(word[key] for key in keys))
            elif word["what"] == "online":
                self._hand(self._online_elsewhere, dict(word["people"]))

    def _online_elsewhere(self, people: dict[str, str]) -> None:
        until = time.monotonic() + 3 * ONLINE_EVERY
        for pk, handle in people.items():
            person = int(pk)
            self.hub.elsewhere[person] = until
            self.hub.handles.setdefault(person, handle)
            self.hub.hears.setdefault(person, frozenset())

    # Who may hear what

    def _ask_again(self, people: set[int]) -> None:
        """Find out anew what people may hear, before anything more is told."""
        if people:
            fresh = queries.hearings(people)
            self.hearings |= fresh
            self._hand(self.hub.hear, {pk: one.spaces for pk, one in fresh.items()})

    def _check(self, *, everybody: bool) -> None:
        """Look whether sessions, tokens and grants still hold, and forget who is gone."""
        passes = self.hub.passes()
        if passes and (over := passes - holding(passes)):
            self._hand(self.hub.end, over)
        here = set(self.hub.people) | set(self.hub.elsewhere)
        for person in self.hearings.keys() - here - set(self.hub.left):
            del self.hearings[person]
        moment = now()
        late = {p for p, one in self.hearings.items() if one.until and one.until <= moment}
        late |= here - self.hearings.keys()
        if everybody:
            self.asked_all = time.monotonic()
            late = here
        self._ask_again(late)
        if connection.vendor == "postgresql" and self.checked - self.told_online > ONLINE_EVERY:
            self.told_online = self.checked
            self._tell_who_is_online()

    def _tell_who_is_online(self) -> None:
        people = [(pk, self.hub.handles.get(pk, "")) for pk in list(self.hub.people)]
        for start in range(0, len(people), ONLINE_PART // 2):
            part = people[start : start + ONLINE_PART // 2]
            whisper.whisper("online", people=part, **{"from": self.sign})

    def _welcome(self) -> bool:
        """Answer those who want to listen, all who wait at once."""
        asks: list[Ask] = []
        while len(asks) < BATCH and not self.asks.empty():
            asks.append(self.asks.get())
        if not asks:
            return False
        held = holding(ask.connection.pass_ for ask in asks)
        people = {ask.connection.pass_.person_id for ask in asks}
        fresh = queries.hearings(people)
        self.hearings |= fresh
        faces, counts = person_card(people), bells(people)
        places = queries.spaces_of_threads(a.connection.watch for a in asks if a.connection.watch)
        missed: dict[Place, tuple[Item, ...] | None] = {}
        for ask in asks:
            one = ask.connection
            person = one.pass_.person_id
            if one.pass_ not in held:
                self._hand(self.hub.admit, one, Welcome(ok=False))
                continue
            if ask.after is not None and ask.after not in missed:
                missed[ask.after] = self._missed(ask.after)
            replay = missed[ask.after] if ask.after is not None else ()
            spaces = fresh[person].spaces
            space, only = places.get(one.watch, (0, None))
            watches = space in spaces and (only is None or person in only)
            found = Welcome(
                ok=True,
                spaces=spaces,
                space=space if watches else 0,
                handle=faces[person].handle,
                name=faces[person].name,
                head=self.head,
                replay=replay or (),
                reset=ask.bad or replay is None,
                bell=counts[person],
            )
            self._hand(self.hub.admit, one, found)
        return True

    def _missed(self, after: Place) -> tuple[Item, ...] | None:
        """Return what came after a place until now; None when that is too much, or never was."""
        if after > self.head:
            return None
        before: list[Item] = []
        if after < self.from_:
            old = events.read(after, self.from_, telling.names(), MOST_REPLAYED + 1)
            if len(old) > MOST_REPLAYED:
                return None
            before = telling.told(old)
        return (*before, *(item for item in self.kept if item.place and item.place > after))

    # Waking and speaking

    def say(self, what: str, **about: Any) -> None:
        """Let other live processes hear something, where there can be any."""
        if connection.vendor == "postgresql":
            self.words.put({"what": what, **about})

    def _speak(self) -> bool:
        spoke = False
        while not self.words.empty():
            word = self.words.get()
            whisper.whisper(word.pop("what"), **word, **{"from": self.sign})
            spoke = True
        return spoke

    def _listen(self) -> None:
        self._notices.clear()
        connection.ensure_connection()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
                cursor.execute(f"LISTEN {whisper.CHANNEL}")
            return
        self.version = self._data_version()
        if self.whispered is None:
            self.whispered, _nothing = whisper.said_since(None)

    def _wait(self, seconds: float) -> bool:
        """Wait for a commit of others, for somebody who comes, or so long; True if it rang."""
        until = time.monotonic() + seconds
        while not self.stopping.is_set():
            if connection.vendor == "sqlite":
                before, self.version = self.version, self._data_version()
                if self.version != before:
                    return True
            elif self._heard(min(0.02, seconds)):
                return True
            if time.monotonic() >= until or not self.asks.empty() or not self.words.empty():
                return False
            if connection.vendor == "sqlite":
                time.sleep(0.02)
        return False

    def _heard(self, seconds: float) -> bool:
        rang = False
        with connection.wrap_database_errors:
            for notice in connection.connection.notifies(timeout=seconds, stop_after=1):
                rang = True
                if notice.channel == whisper.CHANNEL:
                    self._notices.append(json.loads(notice.payload))
        return rang

    def _data_version(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            return int(cursor.fetchone()[0])

    def _hand(self, function: Callable[..., None], *given: Any) -> None:
        self.loop.call_soon_threadsafe(function, *given)

    def stop(self) -> None:
        """Stop soon."""
        self.stopping.set()
