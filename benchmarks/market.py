"""One purchase, beside the same purchase by django-oscar's basket and place_order in the same run.

What is bought is one virtual thing that is counted, paid from store credit: the order, what is set
aside, the books, the events with their audit, and the key by which it happens once. Time is that of
one core: our CPU plus that of the PostgreSQL process that serves us.
"""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

import django

from benchmarks.events import cpu
from benchmarks.row import Row

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.selling import Shop, elsewhere  # noqa: E402
from benchmarks.serving import ROOT, beside, installed, plain  # noqa: E402

ROUNDS, EACH, OSCAR_EACH, BUYERS = 5, 200, 40, 20
TIMES, QUERIES = 5, 12


def run(database_url: str) -> list[Row]:
    """Measure our purchase, then theirs."""
    call_command("migrate", verbosity=0)
    shop = Shop(people=BUYERS, stock=10**6)
    counter = iter(range(10**6))

    def buy() -> Any:
        number = next(counter)
        return shop.buy(shop.people[number % BUYERS], f"bench:{number}")

    def some() -> None:
        for _one in range(EACH):
            buy()

    some()
    ours = min(cpu(some) for _round in range(ROUNDS)) / EACH
    with CaptureQueriesContext(connection) as asked:
        buy()
    told = [one["sql"] for one in asked.captured_queries]
    told = [sql for sql in told if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    shop.prove()
    connections.close_all()
    with tempfile.TemporaryDirectory(prefix="qunluo-oscar-") as folder:
        theirs = oscar(elsewhere(database_url, "oscar", folder))
    note = (
        f"{ours * 1000:.2f} ms of CPU, {theirs['cpu'] * 1000:.1f} ms by oscar; best of {ROUNDS} "
        f"rounds; load {os.getloadavg()[0]:.1f}"
    )
    return [
        Row("purchase: times less CPU than django-oscar", theirs["cpu"] / ours, "×", TIMES,
            at_most=False, note=note),
        Row("purchase: queries", len(told), "", QUERIES, note=f"oscar: {theirs['queries']}"),
    ]  # fmt: skip


def oscar(url: str) -> dict[str, float]:
    """Let django-oscar buy in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.baselines.oscar.purchase", str(ROUNDS), str(OSCAR_EACH)],
        cwd=ROOT, env=surroundings(url), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def surroundings(url: str) -> dict[str, str]:
    """Return the environment of django-oscar, without anything of ours."""
    return {**plain(), **beside(url, installed("oscar", "--no-deps"))}
