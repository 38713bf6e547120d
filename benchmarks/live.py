"""What open connections weigh, and how soon and how fast a message reaches them all."""

import asyncio
import contextlib
import http.client
import os
import resource
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django
import psutil

from benchmarks.idle import free_address
from benchmarks.row import Row

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from datasets import channels

PEOPLE, IDLE, LISTENING = 500, 5_000, 1_000
MESSAGES, BURST, CHANNELS_BURST = 40, 50, 10
AT_ONCE = 200  # connections that are opened together
SETTLING = 3.0
CSRF = "a" * 32
OK, SERVER_ERROR = 200, 500


def run(database_url: str) -> list[Row]:
    """Open connections to a real `qunluo live` and talk in a room that all of them look at."""
    subprocess.run([sys.executable, "-m", "qunluo", "migrate"], check=True, capture_output=True)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    django.setup()
    town = Town()
    live = [sys.executable, "-m", "qunluo", "live", "--listen"]
    web = [sys.executable, "-m", "qunluo", "web", "--listen"]
    with process(live, "/live/health") as (address, server), process(web, "/healthz") as (site, _):
        sender = Sender(site, town.room_path, town.cookies_of(town.owner))
        rows, rate = asyncio.run(measured(town, address, sender, server))
    return [*rows, compared(rate)]


async def measured(
    town: "Town", address: str, sender: "Sender", server: psutil.Process
) -> tuple[list[Row], float]:
    """Time single messages and a burst, then weigh; also deliveries per CPU second."""
    crowd = Crowd(address)
    await crowd.open(town.streams(LISTENING))
    delays = []
    for number in range(MESSAGES):
        began = time.perf_counter()
        await asyncio.to_thread(sender.say, f"message {number}")
        delays.append(await crowd.heard(LISTENING * (number + 1)) - began)
        await asyncio.sleep(0.05)
    delays.sort()
    before = LISTENING * MESSAGES
    seconds, cpu = await burst(
        crowd, before + LISTENING * BURST, server, lambda: town.say_many(BURST)
    )
    await crowd.close()
    await asyncio.sleep(SETTLING)
    light = server.memory_full_info().uss
    await crowd.open(town.streams(IDLE))
    await asyncio.sleep(SETTLING)
    each = (server.memory_full_info().uss - light) / IDLE
    await crowd.close()
    p95 = delays[int(len(delays) * 0.95) - 1] * 1000
    rate = LISTENING * BURST / cpu
    return [
        Row("live: from POST to the last of 1,000, p95", p95, "ms", 500,
            note=f"median {delays[len(delays) // 2] * 1000:.0f} ms, the whole request included"),
        Row("live: memory of an idle connection, 5,000 open", each / 1024, "KB", 25),
        Row("live: deliveries per CPU second of the process", rate, "/s", 24_000, at_most=False,
            note=f"{LISTENING * BURST / seconds:,.0f} a second by the clock, readers and the "
            f"writing of {BURST} messages included"),
    ], rate  # fmt: skip


def compared(ours: float) -> Row:
    """Send the same to as many listeners through Channels; return how much faster we are."""
    baseline = [sys.executable, "-m", "benchmarks.baselines.channels_room", str(channels())]
    with process(baseline, "") as (address, server):
        seconds, cpu = asyncio.run(with_channels(address, server))
    rate = LISTENING * CHANNELS_BURST / cpu
    return Row(
        "live: deliveries per CPU second, times Channels in memory", ours / rate, "×", 10,
        at_most=False, note=f"Channels: {rate:,.0f}, "
        f"{LISTENING * CHANNELS_BURST / seconds:,.0f} a second by the clock",
    )  # fmt: skip


async def with_channels(address: str, server: psutil.Process) -> tuple[float, float]:
    """Return seconds and CPU seconds of one burst through Channels."""
    crowd = Crowd(address)
    await crowd.open(["/stream"] * LISTENING)
    found = await burst(crowd, LISTENING * CHANNELS_BURST, server, lambda: shout(address))
    await crowd.close()
    return found


def shout(address: str) -> None:
    """Let the baseline say its burst."""
    wire = http.client.HTTPConnection(address, timeout=120)
    wire.request("POST", f"/say?count={CHANNELS_BURST}")
    wire.getresponse().read()


async def burst(
    crowd: "Crowd", until: int, server: psutil.Process, act: Callable[[], Any]
) -> tuple[float, float]:
    """Let something be said and wait until so many posts came; return seconds and CPU seconds."""
    spent, began = server.cpu_times(), time.perf_counter()
    arriving = asyncio.create_task(crowd.heard(until))
    await asyncio.to_thread(act)
    seconds = await arriving - began
    used = server.cpu_times()
    return seconds, used.user + used.system - spent.user - spent.system


@contextlib.contextmanager
def process(command: list[str], health: str) -> Iterator[tuple[str, psutil.Process]]:
    """Run a server until the block ends; without a `health` it is up when it takes connections."""
    address = free_address()
    started = server_of([*command, address])
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                if health:
                    urllib.request.urlopen(f"http://{address}{health}", timeout=5)
                else:
                    socket.create_connection(place_of(address), timeout=5).close()
                break
            time.sleep(0.1)
        yield address, psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(30)


def server_of(command: list[str]) -> "subprocess.Popen[bytes]":
    """Start a server."""
    surroundings = {**os.environ, "QUNLUO_ALLOWED_HOSTS": "127.0.0.1"}
    return subprocess.Popen(command, env=surroundings)


def place_of(address: str) -> tuple[str, int]:
    """Return host and port."""
    host, port = address.split(":")
    return host, int(port)


class Sender:
    """The browser of somebody who writes."""

    def __init__(self, site: str, path: str, cookies: str) -> None:
        """Keep one connection open, as a browser does."""
        self.wire = http.client.HTTPConnection(site, timeout=30)
        self.path = path
        self.headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": cookies,
            "X-CSRFToken": CSRF,
        }

    def say(self, text: str, client_id: str = "") -> None:
        """Write one message; OSError without an answer, RuntimeError when it is refused."""
        said = urlencode({"source": text, "client_id": client_id})
        self.wire.request("POST", self.path, said, self.headers)
        answer = self.wire.getresponse()
        told = answer.read()
        if answer.status >= SERVER_ERROR:
            raise OSError(answer.status)
        if answer.status != OK:
            raise RuntimeError(f"{answer.status}: {told[:300]!r}")


class Town:
    """A community of some hundred people with one room, made by the real actions."""

    def __init__(self, people: int = PEOPLE, slug: str = "farm") -> None:
        """Found it and let everybody in."""
        # Django must be set up before its models are known.
        from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

        from qunluo.community import actions as community  # noqa: PLC0415
        from qunluo.community.ports import Seed  # noqa: PLC0415
        from qunluo.conversation import actions, queries  # noqa: PLC0415
        from qunluo.people.actions import register_person  # noqa: PLC0415
        from qunluo.people.queries import live_pass  # noqa: PLC0415

        self.reply: Any = actions.reply
        self.owner = register_person(name="Owner", email=f"owner@{slug}.example.org")
        farm = community.create_community(
            actor=self.owner, name="Farm", sentence="Grow and eat together.",
            seed=Seed(blueprint="t02", values={}), slug=slug,
        )  # fmt: skip
        room = actions.open_space(actor=self.owner, community=farm, name="Tea", type="chat")
        room.community = farm
        self.chat = queries.chat_of(room)
        self.room_path = f"/c/{farm.slug}/talk/in/{room.slug}/say/"
        self.tokens: list[str] = []
        self.people: list[Any] = []
        for number in range(people):
            person = register_person(name=f"P{number}", email=f"p{number}@{slug}.example.org")
            community.admit(person=person, community=farm, via="invitation")
            session = SessionStore()
            session.create()
            self.tokens.append(live_pass(person, session.session_key))
            self.people.append(person)

    def streams(self, count: int) -> list[str]:
        """Return what so many pages ask for that look at the room."""
        path = f"/live/stream?watch={self.chat.pk}&token="
        return [path + self.tokens[number % len(self.tokens)] for number in range(count)]

    def cookies_of(self, person: Any) -> str:
        """Sign somebody in; return what their browser sends along."""
        from django.conf import settings  # noqa: PLC0415
        from django.test import Client  # noqa: PLC0415

        browser = Client()
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        names = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
        return f"{names[0]}={session}; {names[1]}={CSRF}"

    def messages(self) -> list[str]:
        """Return the words of everything said in the room, in order."""
        from django.db import connection  # noqa: PLC0415

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT source FROM conversation_post WHERE thread_id = %s ORDER BY place",
                [self.chat.pk],
            )
            return [source for (source,) in cursor.fetchall()]

    def say_many(self, count: int) -> None:
        """Write many, one after the other."""
        for number in range(count):
            self.reply(actor=self.owner, thread=self.chat, source=f"burst {number}")


class Listener(asyncio.Protocol):
    """One open stream that counts messages as they come."""

    def __init__(self, crowd: "Crowd", asked: bytes) -> None:
        """Know what to ask for."""
        self.crowd, self.asked, self.ready = crowd, asked, False

    def connection_made(self, transport: Any) -> None:
        """Ask for the stream."""
        self.transport = transport
        transport.write(self.asked)

    def data_received(self, data: bytes) -> None:
        """Count what came."""
        if not self.ready and b'"what":"hello"' in data:
            self.ready = True
            self.crowd.welcomed += 1
        if times := data.count(b'"what":"post"'):
            self.crowd.count(times)


class Crowd:
    """Many open streams."""

    def __init__(self, address: str) -> None:
        """Begin with none."""
        self.place = place_of(address)
        self.posts = self.welcomed = 0
        self.open_ones: list[Any] = []
        self.waiting: tuple[int, asyncio.Future[float]] | None = None

    async def open(self, streams: list[str]) -> None:
        """Open streams and wait until each was welcomed."""
        self.welcomed = 0
        for start in range(0, len(streams), AT_ONCE):
            part = streams[start : start + AT_ONCE]
            await asyncio.gather(*map(self._open, part))
            while self.welcomed < start + len(part):
                await asyncio.sleep(0.01)

    async def _open(self, path: str) -> None:
        loop = asyncio.get_running_loop()
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        transport, _ = await loop.create_connection(lambda: Listener(self, asked), *self.place)
        self.open_ones.append(transport)

    def count(self, times: int) -> None:
        """Note posts that came; wake whoever waits for that many."""
        self.posts += times
        if self.waiting and self.posts >= self.waiting[0] and not self.waiting[1].done():
            self.waiting[1].set_result(time.perf_counter())

    async def heard(self, posts: int) -> float:
        """Return when so many posts had come in all."""
        if self.posts >= posts:
            return time.perf_counter()
        self.waiting = (posts, asyncio.get_running_loop().create_future())
        return await asyncio.wait_for(self.waiting[1], 120)

    async def close(self) -> None:
        """Hang up."""
        for transport in self.open_ones:
            transport.close()
        self.open_ones = []
        await asyncio.sleep(0)
