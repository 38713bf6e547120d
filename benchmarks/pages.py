"""Pages that people open all day, beside the same pages written by others' ways, in one run.

Each page is served as `qunluo serve` serves it, for 16 readers at once who are signed in, in a town
of 1,000 members and 10,000 posts. The textbook (baselines/textbook) is Django as one learns it:
gunicorn, Django templates, model objects, default connections. The bare page (baselines/bare) is
Litestar with SQLAlchemy Core. What counts is requests per second of processor time, that of the
database included.
"""

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import django
import psutil

from benchmarks.idle import free_address
from benchmarks.row import Row

django.setup()
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import datasets  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from benchmarks.baselines.town import POSTS, build  # noqa: E402
from benchmarks.filling import fill  # noqa: E402
from qunluo.kernel.clock import now  # noqa: E402

CACHE = ROOT / "var" / "cache" / "pages"
CLIENTS, WORKERS, WARMING, SECONDS, ROUNDS = 16, 2, 6, 4.0, 3
TEXTBOOK, BARE = 3.5, 0.5  # how many times a second of processor time goes as far
TEXTBOOK_POSTGRES = 3.0
LATENCY = 0.25
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
    """What one page gave: requests per second of processor time, and what readers waited."""

    each: float
    p95: float


def run(database_url: str) -> list[Row]:
    """Fill the town three times over, serve it three times, and read the same pages."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    texts, _origin = datasets.reviews(POSTS)
    moment = now()
    made, sessions = fill(build(texts, moment))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    postgres = _postgres()
    connections.close_all()
    with tempfile.TemporaryDirectory(prefix="qunluo-pages-") as folder:
        given = Path(folder) / "town.json"
        given.write_text(json.dumps({"texts": texts, "now": moment.isoformat()}), encoding="utf-8")
        there = _elsewhere(database_url, folder)
        others = _textbook(given, there)
        sites = [_ours(made.slug, sessions), *others]
        loads = _read(sites, postgres)
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


def _ours(slug: str, sessions: list[str]) -> Site:
    return Site(
        "qunluo",
        [sys.executable, "-m", "qunluo", "web", "--listen", "{address}"],
        {"QUNLUO_ALLOWED_HOSTS": "127.0.0.1", "QUNLUO_WEB_PROCESSES": str(WORKERS)},
        sessions,
        {
            "home": "/",
            "thread": f"/c/{slug}/talk/1/?after=500&n=50",
            "space": f"/c/{slug}/talk/in/s1/",
            "door": f"/c/{slug}/about/",
        },
    )


def _textbook(given: Path, url: str) -> list[Site]:
    """Fill the tables of the textbook; the bare pages read them too."""
    packages = _packages()
    path = os.pathsep.join([str(ROOT), str(packages)])
    around = {"BENCH_DATABASE_URL": url, "PYTHONPATH": path}
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.baselines.textbook.fill", str(given)],
        cwd=ROOT,
        env={**_plain(), **around},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    sessions = json.loads(told.stdout.splitlines()[-1])
    pages = {
        "home": "/",
        "thread": "/c/town/1/?after=500",
        "space": "/c/town/in/s1/",
        "door": "/c/town/",
    }
    workers = str(WORKERS)
    book = ["-m", "gunicorn", "-w", workers, "-b", "{address}", "--log-level", "error"]
    bare = ["-m", "granian", "--interface", "asgi", "--workers", workers, "--host", "127.0.0.1",
            "--port", "{port}", "--log-level", "error"]  # fmt: skip
    return [
        Site("textbook", [sys.executable, *book, "benchmarks.baselines.textbook.wsgi"], around,
             sessions, pages),
        Site("bare", [sys.executable, *bare, "benchmarks.baselines.bare.app:app"], around,
             sessions, pages),
    ]  # fmt: skip


def _plain() -> dict[str, str]:
    """The environment without what is ours."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("QUNLUO_", "DJANGO_"))}


def _packages() -> Path:
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


def _elsewhere(url: str, folder: str) -> str:
    """Return another empty database of the same sort."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{folder}/textbook.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS textbook")
        cursor.execute("CREATE DATABASE textbook")
    connections.close_all()
    return url.rsplit("/", 1)[0] + "/textbook"


def _postgres() -> psutil.Process | None:
    """Return the main process of the database, whose children serve connections."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0]).parent()


def _read(sites: Sequence[Site], postgres: psutil.Process | None) -> dict[tuple[str, str], Load]:
    """Serve the sites and read each page of them; by site and page, the best round counts.

    They take turns within each round, so that what else the machine does falls on all alike.
    """
    loads = {}
    with contextlib.ExitStack() as stack:
        served = [(site, *stack.enter_context(_served(site))) for site in sites]
        for page in sites[0].pages:
            rounds: dict[str, list[Load]] = {site.name: [] for site in sites}
            for n in range(ROUNDS + 1):
                for site, address, server in served:
                    path = site.pages[page]
                    sessions = [""] if page == "door" else site.sessions
                    if n == 0:
                        _crowd(address, path, sessions, count=WARMING)
                    else:
                        found = _round(address, path, sessions, server, postgres)
                        rounds[site.name].append(found)
            for name, those in rounds.items():
                best = max(one.each for one in those), min(one.p95 for one in those)
                loads[name, page] = Load(*best)
    return loads


def _round(
    address: str,
    path: str,
    sessions: Sequence[str],
    server: psutil.Process,
    postgres: psutil.Process | None,
) -> Load:
    before = _spent(server) + (_spent(postgres) if postgres else 0.0)
    waited = _crowd(address, path, sessions, seconds=SECONDS)
    spent = _spent(server) + (_spent(postgres) if postgres else 0.0) - before
    return Load(len(waited) / spent, quantiles(waited, n=20)[-1] * 1000)


def _spent(process: psutil.Process) -> float:
    """Seconds of processor time of a process and its children, those that ended included."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            used = one.cpu_times()
            total += used.user + used.system
            total += used.children_user + used.children_system
    return total


@contextlib.contextmanager
def _served(site: Site) -> Iterator[tuple[str, psutil.Process]]:
    """Serve a site until the block ends."""
    address = free_address()
    port = address.rpartition(":")[2]
    base = dict(os.environ) if site.name == "qunluo" else _plain()
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


def _crowd(
    address: str, path: str, sessions: Sequence[str], *, seconds: float = 0.0, count: int = 0
) -> list[float]:
    """Let 16 readers ask for a page again and again; return what each request took.

    One thread serves them all: what asks shares the cores with what answers, so it has to cost
    the machine next to nothing.
    """
    waited: list[float] = []
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        readers = [_Reader(address, sessions[n % len(sessions)]) for n in range(CLIENTS)]
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


class _Reader:
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
