"""Importing the CDNOW history, against a plain script that inserts the same rows with raw SQL."""

import gc
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import django

from benchmarks.row import Row

django.setup()
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import datasets  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from qunluo.community.actions import create_community  # noqa: E402
from qunluo.community.ports import Seed  # noqa: E402
from qunluo.growth.actions import queue_import, run_import, start_import  # noqa: E402
from qunluo.growth.queries import Choices  # noqa: E402
from qunluo.kernel.clock import now  # noqa: E402
from qunluo.kernel.ids import short_code  # noqa: E402
from qunluo.people.actions import register_person  # noqa: E402

ROUNDS = 5
CUSTOMERS, ORDERS = 23_570, 69_659


def run(database_url: str) -> list[Row]:
    """Import the file into new communities, in turns with the plain script; compare medians."""
    call_command("migrate", verbosity=0)
    path = datasets.cdnow()
    ours: list[float] = []
    plain: list[float] = []
    peak = 0.0
    for turn in range(ROUNDS):
        ours.append(seconds(lambda: imported(path)))
        if not turn:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        plain.append(seconds(lambda: plainly(path)))
    ratio = median(ours) / median(plain)
    note = f"import {median(ours):.2f} s, plain script {median(plain):.2f} s (medians of {ROUNDS})"
    return [
        Row("import of CDNOW: times the plain script", ratio, "×", 6, note=note),
        Row("import of CDNOW: peak memory", peak, "MB", 300),
    ]


def median(values: list[float]) -> float:
    """The middle value."""
    return sorted(values)[len(values) // 2]


def seconds(work: Callable[[], Callable[[], Any]]) -> float:
    """Seconds of what `work` returns after preparing it."""
    go = work()
    gc.collect()
    began = time.perf_counter()
    go()
    return time.perf_counter() - began


def community() -> Any:
    """A new community with its owner."""
    owner = register_person(name="Owner", email=f"{short_code().lower()}@example.org")
    found = create_community(
        actor=owner,
        name=f"Shop {short_code()}",
        sentence="Music for all.",
        seed=Seed(blueprint="t01"),
        currency="USD",
    )
    return owner, found


def imported(path: Path) -> Callable[[], Any]:
    """Upload, look, queue, read and apply: everything a person's click does."""
    owner, found = community()
    raw = path.read_bytes()

    def go() -> None:
        job = start_import(
            actor=owner, community=found, file=BytesIO(raw), filename="CDNOW_master.txt"
        )
        queue_import(actor=owner, job=job, choices=Choices())
        done = run_import(job.pk)
        if (done.report["customers_new"], done.report["orders_new"]) != (CUSTOMERS, ORDERS):
            raise RuntimeError(f"the import did something else: {done.report} {done.problem}")

    return go


def plainly(path: Path) -> Callable[[], Any]:
    """What one would write in an afternoon: read, aggregate in dicts, executemany."""

    _owner, found = community()
    moment: Any = now()
    if connection.vendor == "sqlite":
        moment = connection.ops.adapt_datetimefield_value(moment)

    def go() -> None:
        rows = []
        totals: dict[str, list[Any]] = {}
        with path.open() as file:
            next(file)
            for line in file:
                customer, day, quantity, amount = line.split()
                on = f"{day[:4]}-{day[4:6]}-{day[6:]}"
                date.fromisoformat(on)
                whole, cents = amount.split(".")
                minor = int(whole) * 100 + int(cents)
                rows.append((customer, on, int(quantity) * 1000, minor))
                known = totals.setdefault(customer, [0, 0, on, on])
                known[0] += 1
                known[1] += minor
                known[2], known[3] = min(known[2], on), max(known[3], on)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(INSERT_CUSTOMER, [
                (found.pk, key, orders, total, first, last, moment, moment)
                for key, (orders, total, first, last) in totals.items()
            ])  # fmt: skip
            cursor.execute(
                "SELECT external_id, id FROM growth_customer WHERE community_id = %s", [found.pk]
            )
            ids = dict(cursor.fetchall())
            seen: Counter[Any] = Counter()
            orders = []
            for row in rows:
                seen[row] += 1
                orders.append((found.pk, ids[row[0]], *row[1:], seen[row]))
            cursor.executemany(INSERT_ORDER, orders)

    return go


INSERT_CUSTOMER = """INSERT INTO growth_customer (community_id, external_id, orders_count,
    amount_minor, first_order_on, last_order_on, added_at, changed_at, currency, name, phone,
    email, tags, note, source, consent, consent_source, matched_by, invites_sent,
    dormant_when_invited)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'USD', '', '', '', '[]', '', '', '', '', '', 0, false)"""
INSERT_ORDER = """INSERT INTO growth_pastorder (community_id, customer_id, bought_on,
    quantity_milli, amount_minor, occurrence, currency, reference, item)
VALUES (%s, %s, %s, %s, %s, %s, 'USD', '', '')"""
