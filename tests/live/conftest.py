"""A live process in a thread, and listeners that read real bytes from real sockets."""

import json
import socket
import threading
import time

import pytest
import uvicorn
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from qunluo.live.app import Live, Origins
from qunluo.people.queries import live_pass
from tests.community.makers import community

SITE = "http://127.0.0.1:8000"


class Listener:
    """One open stream; what it was told stands in `told`, in order."""

    def __init__(self, port, query="", headers=()):
        self.told, self.ids, self.lines = [], [], []
        self.closed = threading.Event()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        more = "".join(f"{line}\r\n" for line in headers)
        asked = f"GET /live/stream{query} HTTP/1.1\r\nHost: x\r\n{more}\r\n"
        self.socket.sendall(asked.encode())
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        try:
            with self.socket.makefile("rb") as stream:
                self.status = int(stream.readline().split()[1])
                while stream.readline().strip():
                    pass
                if self.status != 200:
                    return
                last, body = "", b""
                while size := int(stream.readline().strip() or b"0", 16):
                    body += stream.read(size)
                    stream.readline()
                    *whole, body = body.split(b"\n\n")
                    for frame in whole:
                        last = self._frame(frame.decode(), last)
        except (OSError, ValueError, IndexError):
            pass
        finally:
            self.closed.set()

    def _frame(self, text, last):
        for line in text.split("\n"):
            self.lines.append(line)
            if line.startswith("id: "):
                last = line[4:]
            if line.startswith("data: "):
                said = json.loads(line[6:])
                self.ids.append(last)
                self.told.append(said)
        return last

    def of(self, what):
        return [one for one in list(self.told) if one["what"] == what]

    def wait(self, what, times=1, seconds=15):
        limit = time.monotonic() + seconds
        while len(self.of(what)) < times:
            assert time.monotonic() < limit, f"{times} × {what}, got {self.told}"
            time.sleep(0.01)
        return self.of(what)[times - 1]

    def places(self):
        return [one["place"] for one in list(self.told) if one["what"] in {"post", "news"}]

    def cut(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


class Station:
    """The process, and how one listens to it."""

    def __init__(self):
        self.app = Live(Origins(SITE, ["127.0.0.1"]))
        config = uvicorn.Config(
            self.app, port=0, lifespan="on", log_level="critical", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        limit = time.monotonic() + 20
        while not self.server.started or not self.app.follower.ready.is_set():
            assert time.monotonic() < limit
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.listeners = []

    def session(self, person):
        store = SessionStore()
        store.create()
        return store

    def listen(self, person, watch=0, session=None, last="", wait=True):
        session = session or self.session(person)
        token = live_pass(person, session.session_key)
        query = f"?token={token}&watch={watch}" + (f"&last={last}" if last else "")
        return self._open(query, (), wait)

    def by_token(self, secret, last="", wait=True):
        headers = [f"Authorization: Bearer {secret}"]
        if last:
            headers.append(f"Last-Event-ID: {last}")
        return self._open("", headers, wait)

    def _open(self, query, headers, wait):
        made = Listener(self.port, query, headers)
        self.listeners.append(made)
        if wait:
            made.wait("hello")
        return made

    def post(self, path, origin=SITE):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as one:
            asked = f"POST {path} HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\n"
            one.sendall(f"{asked}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return one.makefile("rb").read().decode()

    def stop(self):
        for one in self.listeners:
            if not one.closed.is_set():
                one.cut()
        self.server.should_exit = True
        self.thread.join(10)
        self.app.follower.join(5)


@pytest.fixture
def station(transactional_db):
    made = Station()
    yield made
    made.stop()
    connections.close_all()


@pytest.fixture
def other_station(station):
    """Another process, as there may be many on PostgreSQL."""
    made = Station()
    yield made
    made.stop()


@pytest.fixture
def here(transactional_db):
    return community()
