"""The background worker: delivers events and runs jobs until it is told to stop."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connection

from qunluo.kernel.clock import now
from qunluo.kernel.delivery import Courier, origin
from qunluo.kernel.models import WorkerBeat
from qunluo.kernel.outbox import CHANNEL
from qunluo.kernel.schedule import runner
from qunluo.kernel.tx import away, write_tx

log = logging.getLogger(__name__)
SHORTEST, LONGEST = 0.01, 1.0
BEAT = 15.0
TIDY = 60.0
LONGEST_AWAY = 5.0
KEEP_BEATS = timedelta(days=1)
Loop = Callable[[threading.Event], None]


def run(stop: threading.Event) -> None:
    """Work until `stop` is set; what is being worked on is finished first.

    Jobs run in a second thread, so that a slow one does not hold up deliveries.
    """
    jobs = threading.Thread(target=_again_and_again, args=(_jobs, stop), name="jobs", daemon=True)
    jobs.start()
    try:
        _again_and_again(_deliveries, stop)
    finally:
        stop.set()
        jobs.join(timeout=30)


def _again_and_again(loop: Loop, stop: threading.Event) -> None:
    """Run a loop; after an error wait a little longer each time and start it again."""
    pause = 0.1
    while not stop.is_set():
        began = time.monotonic()
        try:
            loop(stop)
        except Exception as error:
            if gone := away(error):
                log.warning("The worker lost the database: %s", error)
            else:
                log.exception("The worker stumbled and tries again in %.1f s.", pause)
            connection.close()
            stop.wait(pause)
            longest = LONGEST_AWAY if gone else 30.0
            pause = 0.1 if time.monotonic() - began > 60 else min(pause * 2, longest)
    connection.close()


def _deliveries(stop: threading.Event) -> None:
    origin.check()
    courier, bell = Courier(), Bell()
    pause, beaten, tidied = SHORTEST, 0.0, time.monotonic()
    started = now()
    while not stop.is_set():
        handled = courier.handled
        courier.turn()
        moment = time.monotonic()
        if moment - beaten > BEAT:
            beat(started)
            runner.renew()
            beaten = moment
        if moment - tidied > TIDY:
            courier.tidy()
            tidied = moment
        if courier.handled > handled or bell.wait(stop, pause):
            pause = SHORTEST
        else:
            pause = min(pause * 2, LONGEST)


def _jobs(stop: threading.Event) -> None:
    runner.ensure()
    while not stop.is_set():
        runner.run_due()
        close_old_connections()
        stop.wait(LONGEST)


def name() -> str:
    """Return what tells this worker from others: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(started: Any) -> None:
    """Say that this worker lives; forget those that fell silent a day ago."""
    with write_tx():
        WorkerBeat.objects.update_or_create(
            pk=name(), defaults={"started_at": started, "seen_at": now()}
        )
        WorkerBeat.objects.filter(seen_at__lt=now() - KEEP_BEATS).delete()


class Bell:
    """Rings when another connection has committed something."""

    def __init__(self) -> None:
        """Start listening on this thread's connection."""
        connection.ensure_connection()
        self.version = self._data_version() if connection.vendor == "sqlite" else None
        if self.version is None:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait for a ring, at most so long; True when it rang."""
        until = time.monotonic() + seconds
        while not self._heard(min(0.25, until - time.monotonic())):
            if stop.is_set() or time.monotonic() >= until:
                return False
        return True

    def _heard(self, seconds: float) -> bool:
        seconds = max(seconds, 0.0)
        if self.version is not None:
            time.sleep(min(seconds, 0.02))
            before, self.version = self.version, self._data_version()
            return self.version != before
        # Notices that came while we worked are kept for this call.
        with connection.wrap_database_errors:
            return any(connection.connection.notifies(timeout=seconds, stop_after=1))

    def _data_version(self) -> int:
        """Return a number that changes when another connection commits (3 µs)."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            return int(cursor.fetchone()[0])
