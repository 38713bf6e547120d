"""Serving the same pages in several ways and measuring what each costs.

Each site is served by processes of its own and read over real sockets by 16 readers at once. What
counts is requests per second of processor time, that of the database included.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import psutil
from django.db import connection

from benchmarks.idle import free_address
from benchmarks.row import Row

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "var" / "cache" / "pages"
CLIENTS, WORKERS, WARMING, SECONDS, ROUNDS = 16, 2, 6, 4.0, 3
TEXTBOOK, BARE = 3.5, 0.5  # how many times a second of processor time goes as far
TEXTBOOK_POSTGRES = 3.0
LATENCY = 0.25


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
    """What one page gave: requests per second of processor time, and what readers waited."""

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
    path = os.pathsep.join([str(ROOT), str(packages())])
    around = {"BENCH_DATABASE_URL": url, "PYTHONPATH": path}
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
    loads = {(site.name, page): load for site in sites for page, load in read(site, postgres)}
    return [row for page in sites[0].pages for row in _rows(page, loads, postgres is not None)]


def _rows(page: str, loads: dict[tuple[str, str], Load], on_postgres: bool) -> list[Row]:  # noqa: FBT001
    ours, book, bare = (loads[name, page] for name in ("qunluo", "textbook", "bare"))
    bar = TEXTBOOK_POSTGRES if on_postgres else TEXTBOOK
    note = f"a second of processor time: {ours.each:.0f}, {book.each:.0f} and {bare.each:.0f}"
    waited = f"p95 {ours.p95:.0f} ms, {book.p95:.0f} ms and {bare.p95:.0f} ms"
    return [
        Row(
            f"{page}: times the textbook", ours.each / book.each, "×", bar, at_most=False, note=note
        ),
        Row(f"{page}: times the bare page", ours.each / bare.each, "×", BARE, at_most=False),
        Row(f"{page}: p95 against the textbook's", ours.p95 / book.p95, "×", LATENCY, note=waited),
    ]


def plain() -> dict[str, str]:
    """The environment without what is ours."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("QUNLUO_", "DJANGO_"))}


def packages() -> Path:
    """Install what the others need where only they see it; once."""
    wanted = ROOT / "requirements" / "pages.txt"
    done = CACHE / "complete.txt"
    if not done.exists() or done.read_bytes() != wanted.read_bytes():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--upgrade",
             "--target", str(CACHE), "-r", str(wanted)],
            check=True, stdout=sys.stderr,
        )  # fmt: skip
        done.write_bytes(wanted.read_bytes())
    return CACHE


def postgres_process() -> psutil.Process | None:
    """Return the main process of the database, whose children serve connections."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0]).parent()


def read(site: Site, postgres: psutil.Process | None) -> Iterator[tuple[str, Load]]:
    """Serve a site and read each page of it; the best round counts."""
    with served(site) as (address, server):
        for page, path in site.pages.items():
            sessions = [""] if page == "door" else site.sessions
            crowd(address, path, sessions, count=WARMING)
            rounds = [one_round(address, path, sessions, server, postgres) for _n in range(ROUNDS)]
            yield page, Load(max(one.each for one in rounds), min(one.p95 for one in rounds))


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
                Reader(address, "").get("/")
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
    """Let 16 readers ask for a page again and again; return what each request took."""
    waited: list[list[float]] = [[] for _one in range(CLIENTS)]
    faults: list[str] = []
    end = time.monotonic() + seconds

    def read(number: int) -> None:
        reader = Reader(address, sessions[number % len(sessions)])
        mine = waited[number]
        while not faults and (len(mine) < count if count else time.monotonic() < end):
            began = time.perf_counter()
            status = reader.get(path)
            mine.append(time.perf_counter() - began)
            if status != 200:
                faults.append(f"{path}: {status}")

    readers = [threading.Thread(target=read, args=(n,)) for n in range(CLIENTS)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    if faults:
        raise RuntimeError(faults[0])
    return [one for mine in waited for one in mine]


class Reader:
    """As little of an HTTP client as will do, so that it costs the machine next to nothing."""

    def __init__(self, address: str, session: str) -> None:
        where = urlsplit(f"//{address}")
        self.where = (where.hostname or "", where.port or 80)
        cookie = f"Cookie: {session}\r\n" if session else ""
        self.lines = f"Host: {where.hostname}\r\nAccept-Language: zh-CN\r\n{cookie}\r\n"
        self.file: socket.SocketIO | None = None

    def get(self, path: str) -> int:
        """Ask for a page, read all of it and return the status."""
        if self.file is None:
            sock = socket.create_connection(self.where, timeout=60)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock, self.file = sock, sock.makefile("rb")
        self.sock.sendall(f"GET {path} HTTP/1.1\r\n{self.lines}".encode())
        status = int(self.file.readline().split()[1])
        length, closes = 0, False
        while (line := self.file.readline().strip().lower()) != b"":
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            closes = closes or line == b"connection: close"
        self.file.read(length) if length else None
        if closes:
            self.sock.close()
            self.file = None
        return status
