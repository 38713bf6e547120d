"""From a product to its receipt by pages, beside django-oscar's own checkout in the same run.

50 people who are signed in walk the whole way at once, as browsers do: links, forms with their
hidden fields and tokens, redirects, cookies. Ours is the product, what is put into the cart, the
checkout with a known address, paid from the balance, and the order as its receipt. Theirs is the
product, the basket, shipping address, shipping method, payment details, preview and thanks, with
gunicorn; it takes no payment and keeps no books. Orders by the clock and by seconds of processor
time of servers and database.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

import django

from benchmarks.row import Row

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from benchmarks.crowd import Wire  # noqa: E402
from benchmarks.filling import session  # noqa: E402
from benchmarks.market import surroundings  # noqa: E402
from benchmarks.selling import RICH, Shop, elsewhere  # noqa: E402
from benchmarks.serving import ROOT, Site, postgres_process, served, spent  # noqa: E402
from qunluo.ledger import queries as books  # noqa: E402
from qunluo.market.actions import keep_address, save_rate  # noqa: E402
from qunluo.market.models import Order, Payment  # noqa: E402

BUYERS, EACH, OSCAR_EACH, STOCK, WORKERS = 50, 10, 3, 10**5, "2"
TIMES, OK, SERVER_ERROR, HOPS = 10, 200, 500, 8
HOME = {"name": "P", "phone": "13800000000", "region": "Kunming", "detail": "1 Long Street"}
INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
Walk = Callable[["Browser", str], Awaitable[str]]


@dataclass
class Told:
    """What walking the way gave, however often."""

    orders: list[str]  # where each receipt is
    seconds: float
    cpu: float
    faults: int
    slowest: float
    statuses: Counter[int] = field(default_factory=Counter)


class Browser:
    """What a browser does with pages, as far as servers see it."""

    def __init__(self, address: str, cookie: str) -> None:
        """Come with a session."""
        self.address, self.here, self.page = address, "", ""
        self.wire = Wire(address, {"Accept": "text/html", "Accept-Language": "en"})
        self.wire.cookies.update([cookie.split("=", 1)])  # type: ignore[list-item]
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0

    async def open(self, path: str) -> None:
        """Follow a link."""
        await self._go("GET", path, "")

    async def send(self, action: str, **typed: str) -> None:
        """Fill in the form that goes there and send it; what is typed comes over what it holds."""
        _before, found, rest = self.page.partition(f'action="{action}"')
        if not found:
            raise RuntimeError(f"no form for {action} in {self.here}")
        held: dict[str, str] = {}
        for tag in INPUT.findall(rest.partition("</form>")[0]):
            one = dict(ATTRIBUTE.findall(tag))
            if one.get("type") in {"radio", "checkbox"} and "checked" not in one:
                continue
            if name := one.get("name"):
                held[name] = unescape(one.get("value", ""))
        await self._go("POST", action, urlencode({**held, **typed}))

    async def _go(self, method: str, path: str, body: str) -> None:
        for _hop in range(HOPS):
            said = {"Referer": f"http://{self.address}{self.here}"} if self.here else {}
            if method == "POST":
                said["Origin"] = f"http://{self.address}"
            began = time.perf_counter()
            status, page, headers = await self.wire.send(method, path, body, more=said)
            self.slowest = max(self.slowest, time.perf_counter() - began)
            self.statuses[status] += 1
            if "location" not in headers:
                break
            to = urlsplit(headers["location"])
            method, body, path = "GET", "", to.path + (f"?{to.query}" if to.query else "")
        if status != OK:
            raise LookupError(f"{path}: {status}")
        self.here, self.page = path, page.decode()


async def our_way(browser: Browser, product: str) -> str:
    """Buy by our pages; return where the receipt is."""
    shop = product.partition("/p/")[0]
    await browser.open(product)
    await browser.send(f"{shop}/cart/put/", way="buy")
    await browser.send(f"{shop}/checkout/", credit="on")
    return browser.here if "/orders/" in browser.here else ""


async def their_way(browser: Browser, product: str) -> str:
    """Buy by their pages; return the number of the order."""
    await browser.open(product)
    await browser.send(f"/basket/add/{product.rstrip('/').rpartition('_')[2]}/")
    await browser.open("/checkout/")
    await browser.send("/checkout/shipping-address/")
    await browser.open("/checkout/preview/")
    await browser.send("/checkout/preview/")
    found = re.search(r"<strong>(\d+)</strong>", browser.page)
    return found.group(1) if found and "thank-you" in browser.here else ""


async def walk(
    address: str, way: Walk, product: str, sessions: list[str], each: int
) -> tuple[list[str], Counter[int], float]:
    """Let everybody walk the way so many times; return receipts, statuses and the longest wait."""
    browsers = [Browser(address, one) for one in sessions]
    receipts: list[str] = []

    async def buy(browser: Browser) -> None:
        for _turn in range(each):
            try:
                receipts.append(await way(browser, product))
            except LookupError as error:
                print(error, file=sys.stderr)
        browser.wire.close()

    await asyncio.gather(*map(buy, browsers))
    statuses = sum((one.statuses for one in browsers), Counter[int]())
    return receipts, statuses, max(one.slowest for one in browsers)


def measure(site: Site, way: Walk, each: int) -> Told:
    """Serve a shop and let everybody buy in it."""
    postgres = postgres_process()
    connections.close_all()
    with served(site) as (address, server):
        product = site.pages["product"]
        warm, _statuses, _wait = asyncio.run(walk(address, way, product, site.sessions, 1))

        def used() -> float:
            return spent(server) + (spent(postgres) if postgres else 0.0)

        before, began = used(), time.perf_counter()
        receipts, statuses, slowest = asyncio.run(walk(address, way, product, site.sessions, each))
        seconds, cpu = time.perf_counter() - began, used() - before
    done = [one for one in receipts if one]
    faults = sum(times for status, times in statuses.items() if status >= SERVER_ERROR)
    return Told([*warm, *done], seconds / len(done), cpu / len(done), faults, slowest, statuses)


def run(database_url: str) -> list[Row]:
    """Buy in our shop, then in theirs."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    shop = Shop(people=BUYERS, stock=STOCK, kind="physical")
    save_rate(actor=shop.owner, shop=shop.shop, name="Everywhere", fee=0)
    for who in shop.people:
        keep_address(actor=who, address=HOME)
    ours = measure(
        Site(
            "qunluo",
            [sys.executable, "-m", "qunluo", "web", "--listen", "{address}"],
            {"QUNLUO_ALLOWED_HOSTS": "127.0.0.1", "QUNLUO_WEB_PROCESSES": WORKERS},
            [session(who) for who in shop.people],
            {"product": f"/c/{shop.community.slug}/shop/p/{shop.product.uid}/"},
        ),
        our_way,
        EACH,
    )
    wrong = compared(shop, ours)
    with tempfile.TemporaryDirectory(prefix="qunluo-journey-") as folder:
        theirs = measure(oscar(elsewhere(database_url, "oscar", folder)), their_way, OSCAR_EACH)
    note = (
        f"{1 / ours.seconds:.1f} and {1 / theirs.seconds:.2f} a second; slowest answer "
        f"{ours.slowest:.1f} and {theirs.slowest:.1f} s; load {os.getloadavg()[0]:.1f}"
    )
    cpu = f"{ours.cpu * 1000:.0f} ms and {theirs.cpu * 1000:.0f} ms an order"
    told = f"ours {dict(ours.statuses)}, oscar {dict(theirs.statuses)}"
    return [
        Row("journey: orders a second, times django-oscar", theirs.seconds / ours.seconds, "×",
            TIMES, at_most=False, note=note),
        Row("journey: orders per CPU second, times django-oscar", theirs.cpu / ours.cpu, "×",
            TIMES, at_most=False, note=cpu),
        Row("journey: answers of ours from 500 on", ours.faults, "", 0, note=told),
        Row("journey: receipts, orders, payments, pieces, wallets that differ", wrong, "", 0),
    ]  # fmt: skip


def compared(shop: Shop, told: Told) -> int:
    """Return how much what buyers were told differs from the shop and the books, which are proven.

    RuntimeError where the books are wrong.
    """
    shop.prove()
    uids = {one.rstrip("/").rpartition("/")[2] for one in told.orders}
    orders = Order.objects.filter(community=shop.community)
    paid = Payment.objects.filter(order__in=orders, state="paid").count()
    spent_ = 0
    for who in shop.people:
        wallet = books.own_account(who, shop.community, unit="credit-CNY")
        spent_ += RICH - books.balance(wallet).posted if wallet else 0
    return (
        len(uids ^ set(orders.values_list("uid", flat=True)))
        + abs(len(told.orders) - len(uids))
        + abs(paid - len(uids))
        + abs(STOCK - shop.left() - len(uids))
        + abs(spent_ - sum(orders.values_list("total", flat=True)))
        + orders.filter(state="placed").count()
    )


def oscar(url: str) -> Site:
    """Fill a shop of django-oscar; return how gunicorn serves it."""
    around = surroundings(url)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.baselines.oscar.fill", str(BUYERS), str(STOCK)],
        cwd=ROOT, env=around, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    made = json.loads(done.stdout.splitlines()[-1])
    command = ["-m", "gunicorn", "-w", WORKERS, "-b", "{address}", "--log-level", "error"]
    return Site(
        "oscar", [sys.executable, *command, "benchmarks.baselines.oscar.wsgi"], around,
        made["sessions"], {"product": made["path"]},
    )  # fmt: skip
