"""Workers of the test's own, each a process so that it can be killed.

python -m tests.kernel.killed_worker DATABASE_NAME: for each line that comes in another worker
starts; its number goes out, and what it ended with. All are forked from here, where nothing is
connected yet: to import everything anew took ten times as long as to be killed.
"""

import os
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


def work():
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    say(os.getpid())  # from here on it may be asked to end
    worker.run(stop)


def say(number):
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


for _line in sys.stdin:
    if not (child := os.fork()):
        work()
        os._exit(0)
    say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
