"""One turn of one reaction: claim its cursor, run a batch, move the cursor, commit."""

import logging
import time
from enum import Enum
from itertools import takewhile

from django.db import connection, transaction

from qunluo.kernel.delivery import cursors, log, parked
from qunluo.kernel.delivery.log import Place
from qunluo.kernel.delivery.registry import REACTIONS, Reaction
from qunluo.kernel.events import Event
from qunluo.kernel.tx import write_tx

logger = logging.getLogger(__name__)
BATCH = 500
# Savepoints cost more than most reactions, so events share one while all goes well.
TOGETHER = 50
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
        # Where something was put aside and may be tried again, at the last look.
        self.due: set[str] = set()
        self.handled = 0
        # How many events of a reaction fit into the time of one turn.
        self.sizes: dict[str, int] = {}

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
        self.due = parked.due_reactions() & REACTIONS.keys()
        self.dirty |= self.due
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
        # Hardly ever is anything put aside: who delivers would ask for it each time in vain.
        while reaction.name in self.due and parked.retry_one(reaction, self.attempt):
            if time.monotonic() > deadline:
                return Outcome.MORE
        head = log.settled(own=self.own)
        size = self.sizes.get(reaction.name, BATCH)
        batch = log.read(place, head, reaction.events, size)
        reached = self.run_batch(reaction, batch, deadline)
        all_read = reached == len(batch) < size
        self.sizes[reaction.name] = min(BATCH, 2 * reached) if reached else BATCH
        to = head if all_read else batch[reached - 1][0]
        if to > place:
            cursors.move(reaction.name, to)
        return Outcome.DONE if all_read else Outcome.MORE

    def run_batch(
        self, reaction: Reaction, batch: list[tuple[Place, Event]], deadline: float
    ) -> int:
        """Run events in order until the time is up; return how many were run or parked."""
        events = [event for _place, event in batch]
        blocked = parked.blocked_streams(reaction) if events else set()
        count = alone = 0
        while count < len(events) and (not count or time.monotonic() < deadline):
            event = events[count]
            if parked.stream_of(event) in blocked:
                parked.park(reaction, event, None)
                count += 1
            elif count < alone:
                if error := self.attempt(reaction, event):
                    parked.park(reaction, event, error)
                    blocked.add(parked.stream_of(event))
                count += 1
            else:
                several = _until_blocked(events[count : count + TOGETHER], blocked)
                done = self.together(reaction, several, deadline)
                # When one of them failed, each is run in a savepoint of its own.
                alone = count + len(several) if not done else alone
                count += done
        return count

    def together(self, reaction: Reaction, events: list[Event], deadline: float) -> int:
        """Run events in one savepoint; return how many, or 0 when an error undid them all."""
        done = 0
        try:
            with transaction.atomic():
                for event in events:
                    reaction.function(event)
                    done += 1
                    if time.monotonic() > deadline:
                        break
        except Exception:
            if self.strict:
                raise
            return 0
        self.handled += done
        return done

    def attempt(self, reaction: Reaction, event: Event) -> Exception | None:
        """Run one event in a savepoint; return the error that undid it."""
        self.handled += 1
        try:
            with transaction.atomic():
                reaction.function(event)
        except Exception as error:
            if self.strict:
                raise
            logger.warning("%s failed for event %s: %r", reaction.name, event.id, error)
            return error
        return None


def _until_blocked(events: list[Event], blocked: set[int]) -> list[Event]:
    return list(takewhile(lambda event: parked.stream_of(event) not in blocked, events))


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
