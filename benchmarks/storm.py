"""Many buy while the web server and the worker are killed: who is charged gets it, once.

Buyers are programs: each checkout has a key of its own and is sent again until it was answered.
Half buy in one step; the others order first and pay with a second request, which may be cut off,
too. There is less than they want, so the last ones are refused and must not be charged.
"""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil
from django.db.models import Sum

from benchmarks.idle import free_address
from benchmarks.live import server_of
from benchmarks.load import Web
from benchmarks.selling import PRICE, RICH, Shop
from qunluo.ledger import queries as books
from qunluo.market.models import Order, Payment
from qunluo.people.actions import issue_token
from qunluo.reach.models import Notice

PATIENCE = 120.0
MADE, GONE, SERVER_ERROR, TOO_MANY = (200, 201), 409, 500, 429


@dataclass
class Aftermath:
    """What a storm left; all but the first four should be 0."""

    served: int
    refused: int
    again: int  # requests that were sent again
    kills: int
    seconds: float
    # Numbers of checkouts: charged and not served, served twice or for nothing, neither served nor
    # refused; of pieces that are missing or too many; and of letters lost or sent twice.
    wrong: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)


class Buyer(threading.Thread):
    """Buys again and again, each time one piece, whatever happens to the server."""

    def __init__(self, site: str, shop: Shop, number: int, checkouts: int) -> None:
        """Get a token."""
        super().__init__(daemon=True)
        self.site, self.shop, self.number, self.checkouts = site, shop, number, checkouts
        self.who = shop.people[number]
        self.secret = issue_token(actor=self.who, name="storm", scopes=["write"], days=30)[1]
        self.orders: list[str] = []
        self.refused, self.again, self.slowest, self.fault = 0, 0, 0.0, ""
        self.wire: http.client.HTTPConnection | None = None
        self.troubles: Counter[str] = Counter()  # status and code of what was answered from 500 on

    def run(self) -> None:
        """Check out so many times."""
        try:
            for turn in range(self.checkouts):
                self._check_out(turn)
        except Exception as error:  # noqa: BLE001 -- told at the end
            self.fault = repr(error)

    def _check_out(self, turn: int) -> None:
        at_once = (self.number + turn) % 2 == 0
        body = {
            "lines": [{"variant_id": self.shop.variant.pk, "quantity": 1}],
            "pay_from_credit": at_once,
        }
        path = f"/api/v1/communities/{self.shop.community.slug}/orders"
        name = f"storm-{self.number}-{turn}"
        status, told = self._sent(path, body, name)
        if status == GONE and told.get("code") == "market.sold_out":
            self.refused += 1
            return
        if status not in MADE:
            raise RuntimeError(f"{status}: {told}")
        self.orders.append(told["uid"])
        if not at_once:
            status, told = self._sent(f"/api/v1/me/orders/{told['uid']}/pay-from-credit", {}, name)
            if status not in MADE:
                raise RuntimeError(f"{status}: {told}")

    def _sent(self, path: str, body: dict[str, Any], name: str) -> tuple[int, dict[str, Any]]:
        """Send until it was answered; only what another try can mend is sent again."""
        limit = time.monotonic() + PATIENCE
        while True:
            began = time.perf_counter()
            try:
                status, told = self._once(path, body, name)
                self.slowest = max(self.slowest, time.perf_counter() - began)
                if status < SERVER_ERROR and status != TOO_MANY:
                    return status, told
                self.troubles[f"{status} {told.get('code')}"] += 1
            except (OSError, http.client.HTTPException, ValueError):
                self.wire = None
            self.again += 1
            if time.monotonic() > limit:
                raise TimeoutError
            time.sleep(0.1)

    def _once(self, path: str, body: dict[str, Any], name: str) -> tuple[int, dict[str, Any]]:
        self.wire = self.wire or http.client.HTTPConnection(self.site, timeout=30)
        said = {
            "Authorization": f"Bearer {self.secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": name,
        }
        self.wire.request("POST", path, json.dumps(body), said)
        answer = self.wire.getresponse()
        return answer.status, json.loads(answer.read())


class Worker:
    """The worker, which may be killed and started again."""

    def __init__(self) -> None:
        """Start it."""
        self.start()

    def start(self) -> None:
        """Start it, also again."""
        self.process = server_of([sys.executable, "-m", "qunluo", "worker"])

    def kill(self) -> None:
        """Kill it in the middle of what it does."""
        for one in [*psutil.Process(self.process.pid).children(recursive=True), self.process]:
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                one.kill()
        self.process.wait(30)

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


class Apart:
    """Web server and worker, each started alone."""

    def __init__(self) -> None:
        """Start both."""
        self.web, self.worker = Web(free_address()), Worker()
        self.address, self.wait = self.web.address, self.web.wait

    def kill(self) -> None:
        """Kill both."""
        self.web.kill()
        self.worker.kill()

    def start(self) -> None:
        """Start both again."""
        self.web.start()
        self.worker.start()

    def close(self) -> None:
        """End both."""
        try:
            self.worker.close()
        finally:
            self.web.close()


class Household(Web):
    """Web server, worker and live process as `qunluo serve` runs them."""

    def start(self) -> None:
        """Start it, also again."""
        self.live = free_address()
        os.environ["QUNLUO_LIVE_LISTEN"] = self.live
        self.server = server_of([sys.executable, "-m", "qunluo", "serve", "--listen", self.address])


def storm(
    shop: Shop,
    checkouts: int,
    kills: int,
    disaster: Callable[[], None] | None = None,
    served: "Apart | Household | None" = None,
) -> Aftermath:
    """Let everybody in a shop buy, and a disaster happen so many times; return what that left.

    By default the web server and the worker are killed and started again. What is `served` goes on.
    """
    stock, each = shop.left(), checkouts // len(shop.people)
    with contextlib.nullcontext(served) if served else contextlib.closing(Apart()) as web:
        web.wait()
        buyers = [Buyer(web.address, shop, n, each) for n in range(len(shop.people))]
        began = time.monotonic()
        for one in buyers:
            one.start()
        for turn in range(1, kills + 1):
            _until(lambda n=turn: _done(buyers) >= n * checkouts // (kills + 1))  # type: ignore[misc]
            if disaster:
                disaster()
                continue
            web.kill()
            web.start()
        for one in buyers:
            one.join(PATIENCE * 2)
        seconds = time.monotonic() - began
        found = Aftermath(
            sum(len(one.orders) for one in buyers),
            sum(one.refused for one in buyers),
            sum(one.again for one in buyers),
            kills,
            seconds,
            slowest=max(one.slowest for one in buyers),
            troubles=sum((one.troubles for one in buyers), Counter()),
            faults=[one.fault or "still running" for one in buyers if one.fault or one.is_alive()],
        )
        with contextlib.suppress(TimeoutError):
            _until(lambda: _letters(shop) >= found.served)
    found.wrong = compared(shop, buyers, stock) | {"letters": abs(_letters(shop) - found.served)}
    shop.prove()
    return found


def compared(shop: Shop, buyers: list[Buyer], stock: int) -> dict[str, int]:
    """Compare what every buyer was told with what stands in the books and in the shop."""
    told = Counter(uid for one in buyers for uid in one.orders)
    stands = dict(Order.objects.filter(community=shop.community).values_list("uid", "state"))
    paid = Counter(
        Payment.objects.filter(order__community=shop.community, state="paid").values_list(
            "order__uid", flat=True
        )
    )
    served = {uid for uid, state in stands.items() if state == "fulfilled"}
    charged = 0
    for one in buyers:
        wallet = books.own_account(one.who, shop.community, unit="credit-CNY")
        spent = RICH - books.balance(wallet).posted if wallet else 0
        charged += abs(spent - PRICE * len(one.orders))
    return {
        "checkouts that nobody answered": sum(
            one.checkouts - len(one.orders) - one.refused for one in buyers
        ),
        "orders that were not told": len(stands.keys() - told.keys()),
        "told and not served": len(told.keys() - served),
        "told twice": sum(told.values()) - len(told),
        "paid twice or not at all": sum(abs(paid[uid] - 1) for uid in stands),
        "charged too much or too little": charged,
        "pieces": abs(stock - shop.left() - len(served)),
    }


def _done(buyers: list[Buyer]) -> int:
    return sum(len(one.orders) + one.refused for one in buyers)


def _letters(shop: Shop) -> int:
    """Return how often buyers were told that what they bought is there."""
    mine = Notice.objects.filter(key=f"letter:{shop.community.pk}:order_open")
    return int(mine.aggregate(all=Sum("count"))["all"] or 0)


def _until(condition: Any) -> None:
    limit = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError
        time.sleep(0.02)
