"""What open connections weigh, and how soon and how fast a message reaches them all."""

import asyncio
import contextlib
import os
import resource
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import django
import psutil

from benchmarks.idle import free_address
from benchmarks.row import Row

PEOPLE, IDLE, LISTENING = 500, 5_000, 1_000
MESSAGES, BURST = 40, 50
AT_ONCE = 200  # connections that are opened together
SETTLING = 3.0


def run(database_url: str) -> list[Row]:
    """Open connections to a real `qunluo live` and talk in a room that all of them look at."""
    subprocess.run([sys.executable, "-m", "qunluo", "migrate"], check=True, capture_output=True)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    django.setup()
    town = Town()
    with process() as (address, server):
        return asyncio.run(measured(town, address, server))


async def measured(town: "Town", address: str, server: psutil.Process) -> list[Row]:
    """Weigh, then time single messages and a burst."""
    host, port = address.split(":")
    crowd = Crowd(host, int(port))
    await crowd.open(town, LISTENING)
    delays = []
    for number in range(MESSAGES):
        began = time.perf_counter()
        await asyncio.to_thread(town.say, f"message {number}")
        delays.append(await crowd.heard(LISTENING * (number + 1)) - began)
        await asyncio.sleep(0.05)
    delays.sort()
    before, spent = LISTENING * MESSAGES, server.cpu_times()
    burst = asyncio.create_task(crowd.heard(before + LISTENING * BURST))
    began = time.perf_counter()
    await asyncio.to_thread(town.say_many, BURST)
    seconds = await burst - began
    used = server.cpu_times()
    cpu = used.user + used.system - spent.user - spent.system
    await crowd.close()
    await asyncio.sleep(SETTLING)
    light = server.memory_full_info().uss
    await crowd.open(town, IDLE)
    await asyncio.sleep(SETTLING)
    each = (server.memory_full_info().uss - light) / IDLE
    await crowd.close()
    p95 = delays[int(len(delays) * 0.95) - 1] * 1000
    rate = LISTENING * BURST / cpu
    return [
        Row("live: from writing to the last of 1,000, p95", p95, "ms", 500,
            note=f"median {delays[len(delays) // 2] * 1000:.0f} ms, writing included"),
        Row("live: memory of an idle connection, 5,000 open", each / 1024, "KB", 25),
        Row("live: deliveries per CPU second of the process", rate, "/s", 24_000, at_most=False,
            note=f"{LISTENING * BURST / seconds:,.0f} a second by the clock, readers included"),
    ]  # fmt: skip


@contextlib.contextmanager
def process() -> Iterator[tuple[str, psutil.Process]]:
    """Run `qunluo live` until the block ends."""
    address = free_address()
    started = subprocess.Popen(
        [sys.executable, "-m", "qunluo", "live", "--listen", address],
        env={**os.environ, "QUNLUO_ALLOWED_HOSTS": "127.0.0.1"},
    )
    try:
        for _ in range(600):
            with contextlib.suppress(urllib.error.URLError):
                urllib.request.urlopen(f"http://{address}/live/health", timeout=5)
                break
            time.sleep(0.1)
        yield address, psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(30)


class Town:
    """A community of some hundred people with one room, made by the real actions."""

    def __init__(self) -> None:
        """Found it and let everybody in."""
        # Django must be set up before its models are known.
        from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

        from qunluo.community import actions as community  # noqa: PLC0415
        from qunluo.community.ports import Seed  # noqa: PLC0415
        from qunluo.conversation import actions, queries  # noqa: PLC0415
        from qunluo.people.actions import register_person  # noqa: PLC0415
        from qunluo.people.queries import live_pass  # noqa: PLC0415

        self.reply: Any = actions.reply
        self.owner = register_person(name="Owner", email="owner@example.org")
        farm = community.create_community(
            actor=self.owner, name="Farm", sentence="Grow and eat together.",
            seed=Seed(blueprint="t02", values={}), slug="farm",
        )  # fmt: skip
        room = actions.open_space(actor=self.owner, community=farm, name="Tea", type="chat")
        room.community = farm
        self.chat = queries.chat_of(room)
        self.tokens = []
        for number in range(PEOPLE):
            person = register_person(name=f"P{number}", email=f"p{number}@example.org")
            community.admit(person=person, community=farm, via="invitation")
            session = SessionStore()
            session.create()
            self.tokens.append(live_pass(person, session.session_key))

    def say(self, text: str) -> None:
        """Write one message."""
        self.reply(actor=self.owner, thread=self.chat, source=text)

    def say_many(self, count: int) -> None:
        """Write many, one after the other."""
        for number in range(count):
            self.say(f"burst {number}")


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

    def __init__(self, host: str, port: int) -> None:
        """Begin with none."""
        self.place = (host, port)
        self.posts = self.welcomed = 0
        self.open_ones: list[Any] = []
        self.waiting: tuple[int, asyncio.Future[float]] | None = None

    async def open(self, town: Town, count: int) -> None:
        """Open so many streams that look at the room, and wait until each was welcomed."""
        loop, self.welcomed = asyncio.get_running_loop(), 0
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, count))
            await asyncio.gather(*(self._open(loop, town, number) for number in numbers))
            while self.welcomed < numbers[-1] + 1:
                await asyncio.sleep(0.01)

    async def _open(self, loop: asyncio.AbstractEventLoop, town: Town, number: int) -> None:
        token = town.tokens[number % PEOPLE]
        path = f"/live/stream?watch={town.chat.pk}&token={token}"
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
