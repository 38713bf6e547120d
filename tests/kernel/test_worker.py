"""The worker wakes, rests, stops, and may be killed at any moment."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections

from qunluo.kernel import queries, worker
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.models import ScheduledJob, WorkerBeat
from qunluo.kernel.schedule import every
from tests.kernel.makers import Happened, happen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running():
    """Start a worker in a thread; stop it at the end of the test."""
    stop, threads = threading.Event(), []

    def start():
        def work():
            try:
                worker.run(stop)
            finally:
                connections.close_all()

        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive(), "the worker does not stop"


def until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


def test_a_resting_worker_wakes_at_once(running):
    arrived = {}

    @reacts_to(Happened)
    def note(event):
        arrived[event.number] = time.monotonic()

    running()
    happen(0)
    until(lambda: 0 in arrived)
    time.sleep(2.5)
    waits = []
    for number in range(1, 6):
        time.sleep(0.3)
        sent = time.monotonic()
        happen(number)
        until(lambda n=number: n in arrived)
        waits.append(arrived[number] - sent)
    assert sorted(waits)[2] < 0.25, waits


def test_a_worker_says_that_it_lives_and_runs_jobs(running):
    assert queries.worker_state().alive is False
    ran = []

    @every(seconds=1)
    def tick():
        ran.append(1)

    running()
    until(lambda: queries.worker_state().alive)
    until(lambda: ran)
    WorkerBeat.objects.update(seen_at=now() - timedelta(minutes=2))
    assert queries.worker_state().alive is False


def test_old_beats_are_forgotten():
    WorkerBeat.objects.create(name="old", started_at=now(), seen_at=now() - timedelta(days=2))
    worker.beat(now())
    assert list(WorkerBeat.objects.values_list("pk", flat=True)) == [worker.name()]


def test_a_worker_survives_the_loss_of_its_connection(running):
    seen = []

    @reacts_to(Happened)
    def note(event):
        seen.append(event.number)
        if len(seen) == 1:
            connection.close()
            raise ValueError("the cable was pulled")

    running()
    happen(1)
    until(lambda: seen.count(1) == 2)


@pytest.mark.slow
def test_a_worker_killed_again_and_again_loses_and_doubles_nothing():
    # PostgreSQL gives the room of a killed transaction to a later row: only a number tells order.
    counted = "bigserial" if connection.vendor == "postgresql" else "integer PRIMARY KEY"
    columns = f"number {counted}, who varchar(10), event_id bigint, community_id bigint"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE kill_effects ({columns})")
    try:
        killed = _kill_while_publishing(rounds=10)
        assert killed == 10
        _check_effects()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE kill_effects")
        ScheduledJob.objects.all().delete()


@contextmanager
def _workers():
    """Yield `start()`, which starts a worker and returns `end(signal)`: what it ended with."""
    command = [sys.executable, "-m", "tests.kernel.killed_worker", connection.settings_dict["NAME"]]
    surroundings = {**os.environ, "DJANGO_SETTINGS_MODULE": "qunluo.settings"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    pipes["start_new_session"] = True  # one group, so that none outlives a test that fails
    with subprocess.Popen([str(part) for part in command], env=surroundings, **pipes) as mother:

        def start():
            mother.stdin.write("\n")
            mother.stdin.flush()
            worker_id = int(mother.stdout.readline())

            def end(number):
                os.kill(worker_id, number)
                return int(mother.stdout.readline())

            return end

        try:
            yield start
        finally:
            os.killpg(mother.pid, signal.SIGKILL)


def _count(who):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kill_effects WHERE who = %s", [who])
        return cursor.fetchone()[0]


def _kill_while_publishing(rounds):
    """Publish 60 events a round to six communities; kill the worker when it is in the midst."""
    with _workers() as start:
        for number in range(rounds):
            end = start()
            before = _count("first")
            for i in range(60):
                happen(number * 60 + i, community_id=i % 6 + 1)
            until(lambda b=before: _count("first") > b, seconds=60)
            time.sleep(0.01 * number)
            assert end(signal.SIGKILL) == -signal.SIGKILL
        end = start()
        until(
            lambda: _count("first") >= rounds * 60 and _count("second") >= rounds * 60, seconds=60
        )
        assert end(signal.SIGTERM) == 0, "SIGTERM lets it finish and leave"
    return rounds


def _check_effects():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM kernel_eventrecord ORDER BY id")
        published = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT who, event_id, community_id FROM kill_effects ORDER BY number")
        effects = cursor.fetchall()
    for who in ("first", "second"):
        assert sorted(e for w, e, _c in effects if w == who) == published
        for community_id in range(1, 7):
            mine = [e for w, e, c in effects if (w, c) == (who, community_id)]
            assert mine == sorted(mine)
    ticks = sorted(e for w, e, _c in effects if w == "tick")
    assert ticks == list(range(ticks[0], ticks[-1] + 1)), "each due second once, none lost"
