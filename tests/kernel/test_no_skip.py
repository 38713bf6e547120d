"""No event is ever passed over, however transactions overlap."""

import random
import threading
import time

import pytest
from django.db import connection, connections

from qunluo.kernel.delivery import Courier, reacts_to
from qunluo.kernel.models import EventRecord
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from tests.kernel.makers import Happened, happen

WRITERS, EACH = 16, 40
postgres_only = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has one writer: ids commit in order"
)
pytestmark = pytest.mark.django_db(transaction=True)


class NaiveReader:
    """Reads `id > last seen`, as one would without knowing better."""

    def __init__(self):
        self.last, self.seen = 0, []

    def read(self):
        for pk, data in EventRecord.objects.filter(pk__gt=self.last).values_list("pk", "data"):
            self.last = pk
            self.seen.append(data["number"])


def in_a_thread(function):
    """Run a function on a connection of its own."""

    def run():
        try:
            function()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def seen():
    numbers = []

    @reacts_to(Happened)
    def note(event):
        numbers.append(event.number)

    return numbers


def publish_late(number, published, may_commit):
    """Take an event id, then commit only when told."""

    @write_tx
    def act():
        publish(Happened(number=number, community_id=1))
        published.set()
        assert may_commit.wait(10)

    return in_a_thread(act)


@postgres_only
def test_without_the_horizon_a_late_commit_is_skipped(seen):
    published, may_commit = threading.Event(), threading.Event()
    reader, courier = NaiveReader(), Courier()
    late = publish_late(1, published, may_commit)
    assert published.wait(10)
    happen(2)
    reader.read()
    courier.turn()
    assert reader.seen == [2]
    assert seen == [], "nothing may pass while an older transaction runs"
    may_commit.set()
    late.join()
    reader.read()
    courier.turn()
    assert reader.seen == [2], "the naive reader never sees number 1"
    assert sorted(seen) == [1, 2]


def test_sixteen_writers_at_once_and_no_event_is_skipped_or_doubled(seen):
    def write(writer):
        dice = random.Random(writer)
        for i in range(EACH):
            with write_tx():
                publish(Happened(number=writer * 1000 + i, community_id=writer))
                time.sleep(dice.random() * 0.003)
                if dice.random() < 0.1:
                    publish(Happened(number=-1, community_id=writer))
            time.sleep(dice.random() * 0.002)

    reader, courier = NaiveReader(), Courier()
    threads = [in_a_thread(lambda w=w: write(w)) for w in range(1, WRITERS + 1)]
    while any(thread.is_alive() for thread in threads):
        reader.read()
        courier.turn()
    for _turn in range(3):
        courier.turn()
        reader.read()
    expected = sorted(w * 1000 + i for w in range(1, WRITERS + 1) for i in range(EACH))
    assert sorted(n for n in seen if n >= 0) == expected
    assert len(seen) == EventRecord.objects.count()
    for writer in range(1, WRITERS + 1):
        mine = [n for n in seen if n // 1000 == writer]
        assert mine == sorted(mine), "a community's events come in order"
    if connection.vendor == "postgresql":
        assert len(reader.seen) < len(seen), "the naive reader was lucky: the test proves nothing"
