"""The event log: what publishing costs, how fast delivery is, and that nothing is lost.

Each figure is taken next to raw SQL that does the same work in the same database. Time is that of
one core: our CPU and that of the PostgreSQL process that serves us, added up.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, ClassVar
from uuid import uuid4

import django
import psutil

from benchmarks.row import Row

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402

from qunluo.kernel.clock import now  # noqa: E402
from qunluo.kernel.delivery import Courier, reacts_to  # noqa: E402
from qunluo.kernel.delivery.registry import REACTIONS  # noqa: E402
from qunluo.kernel.events import Event  # noqa: E402
from qunluo.kernel.outbox import publish  # noqa: E402
from qunluo.kernel.tx import write_tx  # noqa: E402

ROUNDS, ACTIONS, DELIVERED = 7, 700, 6_000
WRITERS, EACH = 16, 250
COMMUNITIES = 20
COUNT = "INSERT INTO bench_effects (who, event_id, community_id) VALUES (%s, %s, %s)"
RAW_EVENT = """INSERT INTO kernel_eventrecord (uid, name, community_id, actor_id, person_id, data,
at, audit, imported, xid) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0)"""


@dataclass(frozen=True, kw_only=True)
class Measured(Event):
    """An event as an ordinary action publishes it."""

    name: ClassVar[str] = "bench.measured"
    membership_id: int
    via: str


def run(database_url: str) -> list[Row]:
    """Measure publishing, delivery and safety under load."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_effects (who integer, event_id bigint, community_id bigint)"
        )
    REACTIONS.clear()
    declare_reactions()
    Courier()
    return [publishing(), *delivery(), *safety()]


def declare_reactions() -> None:
    """Three reactions that each write one row, as most do."""
    for who in range(3):

        def effect(event: Measured, who: int = who) -> None:
            with connection.cursor() as cursor:
                cursor.execute(COUNT, [who, event.id, event.community_id])

        reacts_to(Measured, name=f"bench.effect_{who}")(effect)


def server() -> psutil.Process | None:
    """The PostgreSQL process that serves our connection; None on SQLite."""
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0])


def cpu(work: Callable[[], Any]) -> float:
    """Seconds of CPU that some work takes, here and in the server."""
    backend = server()
    before = sum(backend.cpu_times()[:2]) if backend else 0.0
    began = time.process_time()
    work()
    here = time.process_time() - began
    return here + (sum(backend.cpu_times()[:2]) - before if backend else 0.0)


def event(number: int) -> Measured:
    """One event of one of twenty communities."""
    return Measured(
        community_id=number % COMMUNITIES + 1,
        actor_id=number,
        person_id=number,
        membership_id=number,
        via="invitation",
    )


def publishing() -> Row:
    """CPU that publish adds to an action, its share of the commit included.

    The best round counts: what else the machine does can only add.
    """
    plain, telling, raw = [], [], []
    for _round in range(ROUNDS):
        plain.append(cpu(lambda: act(nothing)) / ACTIONS)
        telling.append(cpu(lambda: act(lambda n: publish(event(n)))) / ACTIONS)
        raw.append(cpu(lambda: act(insert)) / ACTIONS)
    ours, bare = (min(found) - min(plain) for found in (telling, raw))
    bar = 0.5 if connection.vendor == "sqlite" else 1.0
    note = (
        f"a raw INSERT of the same row {bare * 1000:.3f} ms: {ours / bare:.1f} times;"
        f" the action itself {min(plain) * 1000:.3f} ms; best of {ROUNDS}"
    )
    return Row("publish: CPU added to an action", ours * 1000, "ms", bar, note=note)


def act(tell: Callable[[int], Any]) -> None:
    """Run actions of one write each, every one in a transaction of its own."""
    for number in range(ACTIONS):
        with write_tx():
            with connection.cursor() as cursor:
                cursor.execute(COUNT, [99, number, number % COMMUNITIES])
            tell(number)


def nothing(number: int) -> None:
    """Tell nobody."""


def insert(n: int) -> None:
    """Insert the same row with raw SQL; it counts as history, so that nobody reacts."""
    data = json.dumps({"membership_id": n, "via": "invitation"})
    row = [uuid4().hex, "bench.raw", n % COMMUNITIES + 1, n, n, data, now(), False, True]
    with connection.cursor() as cursor:
        cursor.execute(RAW_EVENT, row)


def delivery() -> list[Row]:
    """Events per second of one core to three reactions, beside a script that only writes.

    A core's second, not the wall's: on a machine that does other things too, the wall measures
    those.
    """
    deliver_all()
    ours, raw, wall = [], [], []
    for _round in range(ROUNDS):
        for start in range(0, DELIVERED, 500):
            publish_batch(start)
        began = time.perf_counter()
        ours.append(DELIVERED / cpu(deliver_all))
        wall.append(DELIVERED / (time.perf_counter() - began))
        raw.append(DELIVERED / cpu(plain_script))
    note = (
        f"the three INSERTs alone {median(raw):,.0f}/s: {median(raw) / median(ours):.1f} times;"
        f" by the wall {median(wall):,.0f}/s"
    )
    return [Row("delivery to three reactions", median(ours), "/s", 1000, at_most=False, note=note)]


@write_tx
def publish_batch(start: int) -> None:
    """Publish 500 events."""
    for number in range(start, start + 500):
        publish(event(number))


def deliver_all() -> None:
    """Deliver as a worker does, until nothing is left."""
    courier = Courier()
    while courier.turn():
        pass
    courier.tidy()


def plain_script() -> None:
    """Read the same events and write the same rows, with no care for failure or order."""
    with connection.cursor() as reader, connection.cursor() as writer:
        reader.execute(
            "SELECT id, community_id, data FROM kernel_eventrecord WHERE name = %s"
            " ORDER BY id DESC LIMIT %s",
            [Measured.name, DELIVERED],
        )
        rows = reader.fetchall()
        for start in range(0, len(rows), 500):
            with transaction.atomic():
                for pk, community_id, _data in rows[start : start + 500]:
                    for who in range(3):
                        writer.execute(COUNT, [who + 10, pk, community_id])


def safety() -> list[Row]:
    """Publish from sixteen threads while a worker delivers; count what is lost or doubled."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bench_effects")
    threads = [threading.Thread(target=write, args=(w,)) for w in range(WRITERS)]
    courier = Courier()
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        courier.turn()
    written = time.perf_counter() - began
    while courier.turn():
        pass
    took = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT event_id) FROM bench_effects WHERE who = 1")
        delivered, different = cursor.fetchone()
    total = WRITERS * EACH
    note = f"{total / written:,.0f} actions/s written, all delivered {took - written:.2f} s later"
    return [
        Row("16 writers: events lost", total - different, "", 0, note=note),
        Row("16 writers: events delivered twice", delivered - different, "", 0),
    ]


def write(writer: int) -> None:
    """Publish one event per transaction."""
    try:
        for number in range(EACH):
            with write_tx():
                publish(event(writer * 1000 + number))
    finally:
        connections.close_all()
