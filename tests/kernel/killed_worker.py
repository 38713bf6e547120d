"""A worker of the test's own, started as a process so that it can be killed.

python -m tests.kernel.killed_worker DATABASE_NAME
"""

import signal
import sys
import threading
import time

import django
from django.db import connection

django.setup()
connection.settings_dict["NAME"] = sys.argv[1]

from qunluo.kernel import worker  # noqa: E402
from qunluo.kernel.delivery import reacts_to  # noqa: E402
from qunluo.kernel.delivery.registry import REACTIONS  # noqa: E402
from qunluo.kernel.schedule import every  # noqa: E402
from qunluo.kernel.schedule.registry import JOBS  # noqa: E402
from tests.kernel.makers import Happened  # noqa: E402

REACTIONS.clear()
JOBS.clear()


def note(who, event_id, community_id):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kill_effects (who, event_id, community_id) VALUES (%s, %s, %s)",
            [who, event_id, community_id],
        )


@reacts_to(Happened)
def first(event):
    time.sleep(0.002)
    note("first", event.id, event.community_id)


@reacts_to(Happened)
def second(event):
    note("second", event.id, event.community_id)
    time.sleep(0.001)


@every(seconds=1, catch_up="each")
def tick(due):
    note("tick", int(due.timestamp()), 0)
    time.sleep(0.05)


stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
worker.run(stop)
