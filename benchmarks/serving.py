"""Serving the same pages in several ways and measuring what each costs.

Each site is served by processes of its own and read over real sockets by 16 readers at once. What
counts is requests per second of processor time, that of the database included.
"""

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

import psutil
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from benchmarks.idle import free_address
from benchmarks.row import Row

ROOT = Path(__file__).resolve().parents[1]
CLIENTS, WORKERS, WARMING, SECONDS, ROUNDS = 16, 2, 6, 3.0, 5
TEXTBOOK, BARE = 3.5, 0.5  # how many times a second of processor time goes as far
TEXTBOOK_POSTGRES = 3.0
LATENCY = 0.25
QUERIES = 5
CSRF = "k7" * 16


@dataclass(frozen=True)
class Site:
    """A way to serve the pages, and where they are in it."""

    name: str
    command: list[str]
    surroundings: dict[str, str]
    sessions: list[str]
    pages: dict[str, str]


@dataclass(frozen=True)
class Load:
    """What one round gave: requests per second of processor time, and what readers waited."""

    each: float
    p95: float


def ours(sessions: list[str], pages: dict[str, str]) -> Site:
    """Return what `qunluo serve` serves."""
    return Site(
        "qunluo",
        [sys.executable, "-m", "qunluo", "web", "--listen", "{address}"],
        {"QUNLUO_ALLOWED_HOSTS": "127.0.0.1", "QUNLUO_WEB_PROCESSES": str(WORKERS)},
        sessions,
        pages,
    )


def theirs(filler: str, given: Path, url: str, bare_app: str, pages: dict[str, str]) -> list[Site]:
    """Fill the tables of the textbook, which the bare pages read too; return both sites."""
    around = beside(url, installed("pages"))
    told = subprocess.run(
        [sys.executable, "-m", filler, str(given)],
        cwd=ROOT,
        env={**plain(), **around},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    sessions = json.loads(told.stdout.splitlines()[-1])
    workers = str(WORKERS)
    book = ["-m", "gunicorn", "-w", workers, "-b", "{address}", "--log-level", "error"]
    bare = ["-m", "granian", "--interface", "asgi", "--workers", workers, "--host", "127.0.0.1",
            "--port", "{port}", "--log-level", "error"]  # fmt: skip
    return [
        Site("textbook", [sys.executable, *book, "benchmarks.baselines.textbook.wsgi"], around,
             sessions, pages),
        Site("bare", [sys.executable, *bare, bare_app], around, sessions, pages),
    ]  # fmt: skip


def compare(sites: list[Site], postgres: psutil.Process | None) -> list[Row]:
    """Serve ours, the textbook and the bare one, and read the same pages of each."""
    loads = read(sites, postgres)
    return [row for page in sites[0].pages for row in _rows(page, loads, postgres is not None)]


def _rows(page: str, loads: dict[tuple[str, str], list[Load]], on_postgres: bool) -> list[Row]:  # noqa: FBT001
    """Return the rows of a page; each ratio is the middle one of those of the rounds."""
    ours, book, bare = (loads[name, page] for name in ("qunluo", "textbook", "bare"))
    bar = TEXTBOOK_POSTGRES if on_postgres else TEXTBOOK
    each = [median(one.each for one in site) for site in (ours, book, bare)]
    p95 = [median(one.p95 for one in site) for site in (ours, book, bare)]
    note = "a second of processor time: {:.0f}, {:.0f} and {:.0f}".format(*each)
    waited = "p95 {:.0f} ms, {:.0f} ms and {:.0f} ms".format(*p95)
    book_times = median(one.each / other.each for one, other in zip(ours, book, strict=True))
    bare_times = median(one.each / other.each for one, other in zip(ours, bare, strict=True))
    late = median(one.p95 / other.p95 for one, other in zip(ours, book, strict=True))
    return [
        Row(f"{page}: times the textbook", book_times, "×", bar, at_most=False, note=note),
        Row(f"{page}: times the bare page", bare_times, "×", BARE, at_most=False),
        Row(f"{page}: p95 against the textbook's", late, "×", LATENCY, note=waited),
    ]


def queries(page: str, path: str, cookie: str) -> Row:
    """Count what a page asks the database, who looks and what waits for them included."""
    name, value = cookie.split("=", 1)
    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies[name] = value
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    note = "; ".join(one["sql"].partition("FROM ")[2][:40] for one in asked.captured_queries)
    return Row(f"{page}: queries", len(asked.captured_queries), "", QUERIES, note=note)


def plain() -> dict[str, str]:
    """The environment without what is ours."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("QUNLUO_", "DJANGO_"))}


def beside(url: str, packages: Path) -> dict[str, str]:
    """The environment of others: their database, and packages that only they see."""
    path = os.pathsep.join([str(ROOT), str(packages)])
    return {"BENCH_DATABASE_URL": url, "PYTHONPATH": path}


def installed(name: str, *options: str) -> Path:
    """Install what others need (requirements/NAME.txt) where only they see it; once."""
    wanted, folder = ROOT / "requirements" / f"{name}.txt", ROOT / "var" / "cache" / name
    done = folder / "complete.txt"
    if not done.exists() or done.read_bytes() != wanted.read_bytes():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", *options,
             "--upgrade", "--target", str(folder), "-r", str(wanted)],
            check=True, stdout=sys.stderr,
        )  # fmt: skip
        done.write_bytes(wanted.read_bytes())
    return folder


def postgres_process() -> psutil.Process | None:
    """Return the main process of the database, whose children serve connections."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0]).parent()


def read(
    sites: Sequence[Site], postgres: psutil.Process | None
) -> dict[tuple[str, str], list[Load]]:
    """Serve the sites and read each page of them; return the rounds by site and page.

    They take turns within each round, so that what else the machine does falls on all alike.
    """
    loads: dict[tuple[str, str], list[Load]] = {}
    with contextlib.ExitStack() as stack:
        there = [(site, *stack.enter_context(served(site))) for site in sites]
        for page in sites[0].pages:
            for n in range(ROUNDS + 1):
                for site, address, server in there:
                    path = site.pages[page]
                    sessions = [""] if page == "door" else site.sessions
                    if n == 0:
                        crowd(address, path, sessions, count=WARMING)
                    else:
                        found = one_round(address, path, sessions, server, postgres)
                        loads.setdefault((site.name, page), []).append(found)
    return loads


def one_round(
    address: str,
    path: str,
    sessions: Sequence[str],
    server: psutil.Process,
    postgres: psutil.Process | None,
) -> Load:
    """Read a page for some seconds."""
    before = spent(server) + (spent(postgres) if postgres else 0.0)
    waited = crowd(address, path, sessions, seconds=SECONDS)
    used = spent(server) + (spent(postgres) if postgres else 0.0) - before
    return Load(len(waited) / used, quantiles(waited, n=20)[-1] * 1000)


def spent(process: psutil.Process) -> float:
    """Seconds of processor time of a process and its children, those that ended included."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            used = one.cpu_times()
            total += used.user + used.system
            total += used.children_user + used.children_system
    return total


@contextlib.contextmanager
def served(site: Site) -> Iterator[tuple[str, psutil.Process]]:
    """Serve a site until the block ends."""
    address = free_address()
    port = address.rpartition(":")[2]
    base = dict(os.environ) if site.name == "qunluo" else plain()
    started = subprocess.Popen(
        [part.format(address=address, port=port) for part in site.command],
        cwd=ROOT, env={**base, **site.surroundings}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", int(port)), timeout=60).close()
                break
            if started.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{site.name} does not answer")
            time.sleep(0.2)
        yield address, psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(30)


def crowd(
    address: str, path: str, sessions: Sequence[str], *, seconds: float = 0.0, count: int = 0
) -> list[float]:
    """Let 16 readers ask for a page again and again; return what each request took.

    One thread serves them all: what asks shares the cores with what answers, so it has to cost
    the machine next to nothing.
    """
    waited: list[float] = []
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        readers = [Reader(address, sessions[n % len(sessions)]) for n in range(CLIENTS)]
        for one in readers:
            one.ask(path, selector)
        going = len(readers)
        while going:
            for key, _events in selector.select(60):
                one = key.data
                if not one.hear(selector):
                    continue
                if one.status != 200:
                    raise RuntimeError(f"{path}: {one.status}")
                waited.append(one.took)
                if one.asked < count if count else time.monotonic() < end:
                    one.ask(path, selector)
                else:
                    one.close(selector)
                    going -= 1
    return waited


class Reader:
    """As little of an HTTP client as will do."""

    def __init__(self, address: str, session: str) -> None:
        where = urlsplit(f"//{address}")
        self.where = (where.hostname or "", where.port or 80)
        # A browser that signed in has both.
        cookie = f"Cookie: {session}; csrftoken={CSRF}\r\n" if session else ""
        self.lines = f"Host: {where.hostname}\r\nAccept-Language: zh-CN\r\n{cookie}\r\n"
        self.sock: socket.socket | None = None
        self.asked, self.status, self.took = 0, 0, 0.0

    def ask(self, path: str, selector: selectors.BaseSelector) -> None:
        """Ask for a page, on the connection that there is or a new one."""
        self.began, self.asked = time.perf_counter(), self.asked + 1
        if self.sock is None:
            self.sock = socket.create_connection(self.where, timeout=60)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(self.sock, selectors.EVENT_READ, self)
        self.sock.sendall(f"GET {path} HTTP/1.1\r\n{self.lines}".encode())
        self.head, self.left = b"", -1

    def hear(self, selector: selectors.BaseSelector) -> bool:
        """Take what has come; tell whether it was the end of the answer."""
        data = self.sock.recv(1 << 18) if self.sock else b""
        if not data:
            raise RuntimeError("The answer broke off.")
        if self.left < 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = self.head[:end].lower()
            self.status = int(head.split(None, 2)[1])
            self.closes = b"\r\nconnection: close" in head
            length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
            self.left = int(length or 0) - (len(self.head) - end - 4)
        else:
            self.left -= len(data)
        if self.left > 0:
            return False
        self.took = time.perf_counter() - self.began
        if self.closes:
            self.close(selector)
        return True

    def close(self, selector: selectors.BaseSelector) -> None:
        """Hang up."""
        if self.sock is not None:
            selector.unregister(self.sock)
            self.sock.close()
            self.sock = None
