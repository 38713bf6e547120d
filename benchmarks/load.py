"""Many read, many write, the web server is killed in the middle: what is lost, what comes twice.

Writers are browsers: each message has an id of its own, and what was not answered is sent again.
Readers are browsers: some are cut in the middle, and go on from the last id that they heard.
"""

import asyncio
import contextlib
import http.client
import json
import random
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django
import psutil

from benchmarks.idle import free_address
from benchmarks.live import Sender, Town, place_of, process, server_of
from benchmarks.row import Row

READERS, WRITERS, EACH = 500, 50, 10
CUT = 0.2  # of the readers
PATIENCE = 120.0


@dataclass(frozen=True)
class Told:
    """What a storm left: messages, those that did not arrive, and those that came twice."""

    messages: int
    lost: int
    doubled: int
    seconds: float
    again: int  # requests that had to be sent again


def run(database_url: str) -> list[Row]:
    """Let 500 listen and 50 write, and kill the web server once."""
    subprocess.run([sys.executable, "-m", "qunluo", "migrate"], check=True, capture_output=True)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    django.setup()
    told = storm(Town(READERS), READERS, WRITERS, EACH)
    note = (
        f"{told.messages:,} messages in {told.seconds:.0f} s, {told.again} sent again after the "
        f"web server was killed, a fifth of the readers cut"
    )
    name = f"live: {READERS} readers, {WRITERS} writers: messages"
    return [
        Row(f"{name} lost", told.lost, "", 0, note=note),
        Row(f"{name} doubled", told.doubled, "", 0),
    ]


def storm(town: Town, readers: int, writers: int, each: int) -> Told:
    """Run it all; what everybody heard is compared with what stands in the database."""
    live = [sys.executable, "-m", "qunluo", "live", "--listen"]
    web = Web(free_address())
    with process(live, "/live/health") as (address, _server), contextlib.closing(web):
        web.wait()
        crowd = [Reader(address, stream) for stream in town.streams(readers)]
        pens = [Writer(web.address, town, number, each) for number in range(writers)]
        return asyncio.run(_storm(town, web, crowd, pens))


async def _storm(town: Town, web: "Web", crowd: "list[Reader]", pens: "list[Writer]") -> Told:
    total = sum(pen.each for pen in pens)
    await asyncio.gather(*(one.open() for one in crowd))
    await until(lambda: all(one.greeted for one in crowd))
    began = time.monotonic()
    for pen in pens:
        pen.start()
    await until(lambda: max(len(one.places) for one in crowd) >= total // 3)
    await asyncio.to_thread(web.kill)
    for one in random.Random(7).sample(crowd, int(len(crowd) * CUT)):  # noqa: S311 - the same each time
        one.cut()
    await asyncio.to_thread(web.start)
    await until(lambda: not any(pen.is_alive() for pen in pens))
    if faults := [pen.fault for pen in pens if pen.fault]:
        raise RuntimeError(faults[0])
    standing = await asyncio.to_thread(town.messages)
    last = len(standing)
    with contextlib.suppress(TimeoutError):
        await until(lambda: all(one.places[-1:] == [last] for one in crowd), 20)
    seconds = time.monotonic() - began
    for one in crowd:
        one.close()
    wanted = {f"{pen.number}-{n}" for pen in pens for n in range(pen.each)}
    found = Counter(standing)
    lost, doubled = len(wanted - found.keys()), sum(found.values()) - len(found)
    for one in crowd:
        heard = Counter(one.places)
        lost += last - len(heard)
        doubled += sum(heard.values()) - len(heard)
    return Told(total, lost, doubled, seconds, sum(pen.again for pen in pens))


async def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait; TimeoutError."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError
        await asyncio.sleep(0.02)


class Web:
    """The web server, which may be killed and comes back at the same address."""

    def __init__(self, address: str) -> None:
        """Start it."""
        self.address = address
        self.start()

    def start(self) -> None:
        """Start it, also again."""
        command = [sys.executable, "-m", "qunluo", "web", "--listen", self.address]
        self.server = server_of(command)

    def wait(self) -> None:
        """Return when it takes connections."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            wire = http.client.HTTPConnection(self.address, timeout=10)
            with contextlib.suppress(OSError):
                wire.request("GET", "/healthz")
                wire.getresponse().read()
                return
            time.sleep(0.05)
        raise TimeoutError

    def kill(self) -> None:
        """Kill it and its workers at once, in the middle of what they do."""
        here = psutil.Process(self.server.pid)
        for one in [here, *here.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        self.server.wait(30)

    def close(self) -> None:
        """End it."""
        self.server.terminate()
        self.server.wait(30)


class Writer(threading.Thread):
    """Sends numbered messages until each was answered."""

    def __init__(self, site: str, town: Town, number: int, each: int) -> None:
        """Sign in."""
        super().__init__(daemon=True)
        self.number, self.each = number, each
        self.again, self.fault = 0, ""
        self.cookies = town.cookies_of(town.people[number % len(town.people)])
        self.sender: Sender | None = None
        self.site, self.path = site, town.room_path

    def run(self) -> None:
        """Write them all, in order."""
        for number in range(self.each):
            limit = time.monotonic() + PATIENCE
            while not self._sent(f"{self.number}-{number}"):
                self.again += 1
                if time.monotonic() > limit:
                    self.fault = self.fault or "no answer"
                    return
                time.sleep(0.1)
            if self.fault:
                return

    def _sent(self, text: str) -> bool:
        try:
            self.sender = self.sender or Sender(self.site, self.path, self.cookies)
            self.sender.say(text, client_id=f"storm-{text}")
        except (OSError, http.client.HTTPException):
            self.sender = None
            return False
        except RuntimeError as error:  # refused: that is no accident
            self.fault = str(error)
        return True


class Reader(asyncio.Protocol):
    """One stream that notes the place of each message, and goes on where it was when it is cut."""

    def __init__(self, address: str, stream: str) -> None:
        """Know what to ask for."""
        self.address, self.stream = address, stream
        self.places: list[int] = []
        self.last, self.rest = "", b""
        self.greeted = self.over = False
        self.coming: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, again and again until it is possible."""
        while not self.over:
            with contextlib.suppress(OSError):
                loop = asyncio.get_running_loop()
                await loop.create_connection(lambda: self, *place_of(self.address))
                return
            await asyncio.sleep(0.2)

    def connection_made(self, transport: Any) -> None:
        """Ask for what comes after the last id."""
        self.transport, self.rest = transport, b""
        resumed = f"&last={self.last}" if self.last else ""
        transport.write(f"GET {self.stream}{resumed} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Take whole frames."""
        *whole, self.rest = (self.rest + data).split(b"\n\n")
        for frame in whole:
            for line in frame.split(b"\n"):
                if line.startswith(b"id: "):
                    self.last = line[4:].decode()
                elif line.startswith(b"data: "):
                    self._hear(json.loads(line[6:]))

    def _hear(self, said: dict[str, Any]) -> None:
        if said["what"] == "post":
            self.places.append(said["place"])
        self.greeted |= said["what"] == "hello"

    def connection_lost(self, exc: Exception | None) -> None:
        """Come back."""
        if not self.over:
            self.coming = asyncio.get_running_loop().create_task(self.open())

    def cut(self) -> None:
        """Lose the connection."""
        self.transport.abort()

    def close(self) -> None:
        """Hang up for good."""
        self.over = True
        self.transport.abort()
