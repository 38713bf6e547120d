"""One turn of one reaction: claim its cursor, run a batch, move the cursor, commit."""

import logging
import time
from enum import Enum

from django.db import connection, transaction

from qunluo.kernel.delivery import cursors, log, parked
from qunluo.kernel.delivery.log import Place
from qunluo.kernel.delivery.registry import REACTIONS, Reaction
from qunluo.kernel.events import Event
from qunluo.kernel.tx import write_tx

logger = logging.getLogger(__name__)
BATCH = 500
# How long one batch may hold its transaction: on SQLite everybody else waits meanwhile.
BUDGET = {"sqlite": 0.1, "postgresql": 0.5}


class Outcome(Enum):
    """What a turn came to."""

    DONE = "nothing is left"
    MORE = "the batch was full"
    TAKEN = "another worker has it"


class Courier:
    """Follows the log and hands events over; one per worker thread.

    `strict` raises the first error of a reaction instead of parking the event, and sees the
    events of the surrounding transaction: for tests and the demo.
    """

    def __init__(self, *, strict: bool = False) -> None:
        """Start where the slowest cursor stands."""
        self.strict = strict
        self.own = strict and connection.in_atomic_block
        cursors.ensure(own=self.own)
        self.tail = min(cursors.places().values(), default=log.START)
        self.dirty: set[str] = set()
        self.handled = 0

    def turn(self) -> bool:
        """Deliver what is there; True when something may be left."""
        self.look()
        for name in sorted(self.dirty):
            if self.deliver(REACTIONS[name]) is Outcome.DONE:
                self.dirty.discard(name)
        return bool(self.dirty)

    def look(self) -> None:
        """Note which reactions have something to do since the last look."""
        head = log.settled(own=self.own)
        names = log.names_between(self.tail, head)
        self.dirty |= {r.name for r in REACTIONS.values() if not names.isdisjoint(r.events)}
        self.dirty |= parked.due_reactions() & REACTIONS.keys()
        self.tail = max(self.tail, head)

    def tidy(self) -> None:
        """Carry the cursors of idle reactions along."""
        cursors.advance(REACTIONS.keys() - self.dirty, self.tail)

    @write_tx
    def deliver(self, reaction: Reaction) -> Outcome:
        """Take one turn of a reaction, in one transaction."""
        place = cursors.claim(reaction.name)
        if place is None:
            return Outcome.TAKEN
        deadline = time.monotonic() + BUDGET[connection.vendor]
        while parked.retry_one(reaction, self.attempt):
            if time.monotonic() > deadline:
                return Outcome.MORE
        head = log.settled(own=self.own)
        batch = log.read(place, head, reaction.events, BATCH)
        reached = self.run_batch(reaction, batch, deadline)
        all_read = len(batch) < BATCH and reached == len(batch)
        to = head if all_read else batch[reached - 1][0]
        if to > place:
            cursors.move(reaction.name, to)
        return Outcome.DONE if all_read else Outcome.MORE

    def run_batch(
        self, reaction: Reaction, batch: list[tuple[Place, Event]], deadline: float
    ) -> int:
        """Run events in order until the time is up; return how many were run or parked."""
        blocked = parked.blocked_streams(reaction) if batch else set()
        for count, (_place, event) in enumerate(batch, start=1):
            stream = parked.stream_of(event)
            if stream in blocked:
                parked.park(reaction, event, None)
            elif error := self.attempt(reaction, event):
                parked.park(reaction, event, error)
                blocked.add(stream)
            if time.monotonic() > deadline:
                return count
        return len(batch)

    def attempt(self, reaction: Reaction, event: Event) -> Exception | None:
        """Run one event in a savepoint; return the error that undid it."""
        self.handled += 1
        if self.strict:
            reaction.function(event)
            return None
        try:
            with transaction.atomic():
                reaction.function(event)
        except Exception as error:  # noqa: BLE001 -- whatever a reaction raises parks its event
            logger.warning("%s failed for event %s: %r", reaction.name, event.id, error)
            return error
        return None


def drain(*, most_turns: int = 1000) -> int:
    """Deliver everything now, in this thread, raising what a reaction raises; return how many.

    For tests and the demo, where nobody else writes at the same time.
    """
    courier = Courier(strict=True)
    for _turn in range(most_turns):
        before = courier.handled
        courier.turn()
        if not courier.dirty and courier.handled == before:
            courier.tidy()
            return courier.handled
    courier.look()
    raise RuntimeError(f"Reactions still publish after {most_turns} turns: {sorted(courier.dirty)}")
