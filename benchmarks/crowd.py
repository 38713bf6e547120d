"""A crowd that wants one hot product: two hundred clients at once, over HTTP, until it is sold out.

Beside it a loop without HTTP writes the same rows by raw SQL, one purchase after the other.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import django

from benchmarks.live import place_of, process
from benchmarks.row import Row

django.setup()

from django.db import connection, connections  # noqa: E402

from benchmarks.selling import PRICE, Shop  # noqa: E402
from qunluo.kernel.clock import now  # noqa: E402
from qunluo.kernel.ids import uuid7  # noqa: E402
from qunluo.kernel.tx import write_tx  # noqa: E402
from qunluo.ledger.models import Account  # noqa: E402
from qunluo.market.models import Order  # noqa: E402
from qunluo.people.actions import issue_token  # noqa: E402

CLIENTS, STOCK, RAW = 200, 600, 1_000
OF_RAW = {"sqlite": 0.2, "postgresql": 0.25}
SLOWEST, SERVER_ERROR, MADE, GONE, OK = 2.0, 500, 201, 409, 200


@dataclass
class Told:
    """What a crowd was told."""

    sold: int
    statuses: Counter[int]
    slowest: float
    seconds: float


def run(database_url: str) -> list[Row]:
    """Measure the loop, then the crowd."""
    subprocess.run([sys.executable, "-m", "qunluo", "migrate"], check=True, capture_output=True)
    shop = Shop(people=CLIENTS, stock=10**6)
    raw = loop(shop)
    shop.stock(STOCK)
    tokens = [
        issue_token(actor=who, name="crowd", scopes=["write"], days=30)[1] for who in shop.people
    ]
    before = Order.objects.count()
    connections.close_all()
    os.environ["QUNLUO_WEB_PROCESSES"] = "2" if connection.vendor == "postgresql" else "1"
    web = [sys.executable, "-m", "qunluo", "web", "--listen"]
    with process(web, "/healthz") as (address, _server):
        asyncio.run(crowd(address, shop, tokens[:8], most=3))  # so that everything is loaded
        told = asyncio.run(crowd(address, shop, tokens))
    sold = Order.objects.count() - before
    shop.prove()
    share = told.sold / told.seconds / raw
    note = (
        f"{told.sold / told.seconds:,.0f} a second, the loop {raw:,.0f}; {told.sold} sold to "
        f"{CLIENTS} clients in {told.seconds:.1f} s; load {os.getloadavg()[0]:.1f}"
    )
    faults = sum(n for status, n in told.statuses.items() if status not in {MADE, GONE})
    return [
        Row("crowd: purchases over HTTP, share of the raw loop", share, "",
            OF_RAW[connection.vendor], at_most=False, note=note),
        Row("crowd: sold more than there was", abs(sold + shop.left() - STOCK), "", 0),
        Row("crowd: answers other than sold and sold out", faults, "", 0, note=str(told.statuses)),
        Row("crowd: slowest answer", told.slowest, "s", SLOWEST),
    ]  # fmt: skip


async def crowd(address: str, shop: Shop, tokens: list[str], most: int = 0) -> Told:
    """Let everybody buy until it is sold out, or so many times."""
    statuses: Counter[int] = Counter()
    waited: list[float] = []
    last = began = time.perf_counter()
    sold = 0
    path = f"/api/v1/communities/{shop.community.slug}/orders"
    wish = {"lines": [{"variant_id": shop.variant.pk, "quantity": 1}], "pay_from_credit": True}

    async def client(token: str) -> None:
        nonlocal last, sold
        wire = Wire(address, {"Authorization": f"Bearer {token}"})
        for turn in range(10**6):
            asked = time.perf_counter()
            key = {"Idempotency-Key": f"crowd-{secrets.token_hex(8)}"}
            status, _body, _headers = await wire.send(
                "POST", path, json.dumps(wish), "application/json", key
            )
            waited.append(time.perf_counter() - asked)
            statuses[status] += 1
            if status != MADE or turn + 1 == most:
                break
            sold, last = sold + 1, time.perf_counter()
        wire.close()

    await asyncio.gather(*map(client, tokens))
    return Told(sold, statuses, max(waited), last - began)


class Wire:
    """One connection of a client that keeps its cookies."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        """Know where to ask; connect when something is asked for."""
        self.place, self.host, self.headers = place_of(address), address, headers
        self.cookies: dict[str, str] = {}
        self.ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(
        self,
        method: str,
        path: str,
        body: str = "",
        content: str = "application/x-www-form-urlencoded",
        more: dict[str, str] | None = None,
    ) -> tuple[int, bytes, dict[str, str]]:
        """Ask for something; return status, body and headers."""
        if self.ends is None:
            self.ends = await asyncio.open_connection(*self.place)
        reader, writer = self.ends
        said = {"Host": self.host, **self.headers, **(more or {})}
        if self.cookies:
            said["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        data = body.encode()
        if method == "POST":
            said |= {"Content-Type": content, "Content-Length": str(len(data))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + data)
        status = int((await reader.readline()).split()[1])
        found: dict[str, str] = {}
        while (line := (await reader.readline()).strip()) != b"":
            name, _colon, value = line.decode("latin-1").partition(":")
            found[name.lower()] = value.strip()
            if name.lower() == "set-cookie":
                key, _equals, rest = value.strip().partition("=")
                self.cookies[key] = rest.partition(";")[0]
        length = int(found.get("content-length", 0))
        told = await reader.readexactly(length) if length else b""
        if found.get("connection", "").lower() == "close":
            self.close()
        return status, told, found

    def close(self) -> None:
        """Hang up."""
        if self.ends:
            self.ends[1].close()
            self.ends = None


def loop(shop: Shop) -> float:
    """Return how many purchases a second a loop of raw SQL writes, the same rows in each."""
    who = shop.people[0]
    shop.buy(who, "first")
    order = Order.objects.order_by("-pk").values().first() or {}
    made = {
        "market_order": order,
        "market_orderline": _row("market_orderline", "order_id", order["id"]),
        "market_payment": _row("market_payment", "order_id", order["id"]),
    }
    escrow = Account.objects.get(
        community=shop.community, purpose="escrow", unit__code="credit-CNY"
    )
    wallet = Account.objects.get(community=shop.community, person=who, purpose="wallet")
    began = time.perf_counter()
    for number in range(RAW):
        _write(shop, made, wallet.pk, escrow.pk, number)
    return RAW / (time.perf_counter() - began)


def _row(table: str, column: str, value: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {column} = %s", [value])
        names = [one[0] for one in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def _write(shop: Shop, made: dict[str, dict[str, Any]], wallet: int, escrow: int, n: int) -> None:
    """Write the rows of one purchase: order, line, payment, books, five events; take one piece."""
    sqlite = connection.vendor == "sqlite"
    moment = now()
    uid: Any = uuid7()
    uid = uid.hex if sqlite else uid
    with write_tx(), connection.cursor() as cursor:
        pk = _insert(
            cursor, "market_order", {**made["market_order"], "uid": f"RAW{n}", "key": f"raw{n}"}
        )
        _insert(cursor, "market_orderline", {**made["market_orderline"], "order_id": pk})
        _insert(
            cursor, "market_payment",
            {**made["market_payment"], "order_id": pk, "number": f"RAW{n}P1"},
        )  # fmt: skip
        lock = "" if sqlite else " FOR UPDATE"
        cursor.execute(f"SELECT posted FROM ledger_balance WHERE account_id = %s{lock}", [wallet])
        cursor.fetchone()
        cursor.execute(
            "INSERT INTO ledger_posting (transfer_id, account_id, amount, place)"
            " VALUES (%s, %s, %s, 0), (%s, %s, %s, 1)",
            [uid, wallet, -PRICE, uid, escrow, PRICE],
        )
        cursor.execute(
            "INSERT INTO ledger_transfer (id, community_id, kind, key, digest, cause_type,"
            " cause_id, actor_id, memo, occurred_at, at, corrects_id, number)"
            " VALUES (%s, %s, 'payment', %s, %s, '', '', NULL, '', %s, %s, NULL, NULL)",
            [uid, shop.community.pk, f"raw:{n}", "d" * 64, moment, moment],
        )
        data = "%s" if sqlite else "%s::jsonb"
        xid = "0" if sqlite else "pg_current_xact_id()::text::bigint"
        place = f"(%s,%s,%s,%s,%s,{data},%s,%s,%s,{xid})"
        events: list[Any] = []
        for one in [uuid7() for _event in range(5)]:
            events += [one.hex if sqlite else one, "bench.raw", shop.community.pk, 1, 1]
            events += ['{"order_id": 1}', moment, False, True]
        cursor.execute(
            "INSERT INTO kernel_eventrecord"
            " (uid, name, community_id, actor_id, person_id, data, at, audit, imported, xid)"
            f" VALUES {', '.join([place] * 5)}",
            events,
        )
        cursor.execute(
            "UPDATE market_stock SET amount = amount - 1 WHERE variant_id = %s AND amount >= 1",
            [shop.variant.pk],
        )


def _insert(cursor: Any, table: str, row: dict[str, Any]) -> int:
    names = [name for name in row if name != "id"]
    places = ", ".join(["%s"] * len(names))
    values = [json.dumps(row[n]) if isinstance(row[n], dict) else row[n] for n in names]
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places}) RETURNING id", values
    )
    return int(cursor.fetchone()[0])
