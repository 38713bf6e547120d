"""The ASGI application: streams, and the small word that somebody is writing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import DatabaseError, InterfaceError, close_old_connections

from qunluo.live.follower import Ask, Follower
from qunluo.live.hub import Connection, Hub
from qunluo.live.items import place_of
from qunluo.people.queries import Pass, read_pass, token_pass

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
MOST_BODY = 200
SAFE_METHODS = {"GET", "HEAD"}


class Live:
    """One process that holds connections open."""

    def __init__(self, origins: "Origins") -> None:
        """Take whose pages may listen."""
        self.origins = origins
        self.hub = Hub()
        self.follower: Follower | None = None
        self.beating: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or begin and end with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.follower = Follower(self.hub, asyncio.get_running_loop())
        self.follower.start()
        self.beating = asyncio.create_task(self.hub.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.beating.cancel()
        self.follower.stop()
        self.hub.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        cors = self.origins.headers(headers.get(b"origin", b""))
        method, path = scope["method"], scope["path"].rstrip("/")
        if path.endswith("/live/health") and method in SAFE_METHODS:
            ready = bool(self.follower and self.follower.ready.is_set())
            await reply(send, 200 if ready else 503, cors, b"ok" if ready else b"starting")
        elif path.endswith("/live/stream") and method == "GET":
            await self._stream(scope, headers, cors, receive, send)
        elif path.endswith("/live/typing") and method == "POST":
            await self._typing(scope, cors, receive, send)
        else:
            await reply(send, 404, cors)

    async def _stream(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        cors: list[tuple[bytes, bytes]],
        receive: Receive,
        send: Send,
    ) -> None:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        try:
            pass_, program = await self._who(headers, asked)
        except (DatabaseError, InterfaceError):
            await reply(send, 503, [*cors, (b"retry-after", b"5")])
            return
        if pass_ is None:
            await reply(send, 401, [*cors, (b"www-authenticate", b"Bearer")])
            return
        if self.follower is None or not self.hub.may_come(pass_.person_id):
            await reply(send, 429, [*cors, (b"retry-after", b"10")])
            return
        said = asked.get("last", [""])[0] or headers.get(b"last-event-id", b"").decode("latin-1")
        connection = Connection(pass_, _number(asked), send, program=program)
        await send({"type": "http.response.start", "status": 200, "headers": [*STREAM, *cors]})
        after = place_of(said) if said else None
        self.follower.asks.put(Ask(connection, after, bad=bool(said) and after is None))
        # A message can only be that they are gone: we are cancelled when the stream is to end.
        with suppress(asyncio.CancelledError):
            while (await receive())["type"] != "http.disconnect":
                pass
        self.hub.forget(connection)
        # A whole answer, so that the browser takes its end for one; who reads too slowly is cut.
        with suppress(TimeoutError, OSError):
            last = {"type": "http.response.body", "body": b"", "more_body": False}
            await asyncio.wait_for(send(last), 1)

    async def _who(
        self, headers: dict[bytes, bytes], asked: dict[str, list[str]]
    ) -> tuple[Pass | None, bool]:
        """Return who asks, and whether it is a program with a personal token."""
        kind, _space, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() == "bearer":
            return await asyncio.to_thread(_by_token, secret.strip()), True
        return read_pass(asked.get("token", [""])[0]), False

    async def _typing(
        self, scope: Scope, cors: list[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        message = await receive()
        pass_ = read_pass(asked.get("token", [""])[0])
        if pass_ is None or len(message.get("body", b"")) > MOST_BODY:
            await reply(send, 401, cors)
            return
        # Only somebody whose own stream looks at the thread can be writing in it.
        thread = _number(asked)
        mine = (c for c in self.hub.connections if c.pass_ == pass_ and c.watch == thread)
        own = next(mine, None)
        if own is not None and own.space and self.follower:
            given: dict[str, Any] = {
                "person": pass_.person_id,
                "thread": thread,
                "space": own.space,
                "handle": self.hub.handles.get(pass_.person_id, ""),
                "name": self.hub.names.get(pass_.person_id, ""),
            }
            self.hub.typing(**given)
            self.follower.say("typing", **given)
        await reply(send, 204, cors)


class Origins:
    """Whose pages may listen: those of the site, and no others."""

    def __init__(self, site_url: str, hosts: list[str]) -> None:
        """Take the address of the site; without encryption any port of its hosts counts."""
        parts = urlsplit(site_url)
        self.site = f"{parts.scheme}://{parts.netloc}"
        self.hosts = set(hosts) | {parts.hostname or ""} if parts.scheme == "http" else set()

    def headers(self, origin: bytes) -> list[tuple[bytes, bytes]]:
        """Return what lets a page of this origin read the answer."""
        vary = (b"vary", b"Origin")
        return [vary, (b"access-control-allow-origin", origin)] if self.takes(origin) else [vary]

    def takes(self, origin: bytes) -> bool:
        """Return whether this is an origin of ours."""
        said = origin.decode("latin-1")
        if said == self.site:
            return True
        with suppress(ValueError):
            parts = urlsplit(said)
            return parts.scheme == "http" and parts.hostname in self.hosts
        return False


async def reply(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b""
) -> None:
    """Send a short answer."""
    length = (b"content-length", str(len(body)).encode())
    said = [(b"content-type", b"text/plain; charset=utf-8")] if body else []
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, *said, length]}
    )
    await send({"type": "http.response.body", "body": body})


def _number(asked: dict[str, list[str]]) -> int:
    said = asked.get("watch", [""])[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


def _by_token(secret: str) -> Pass | None:
    try:
        return token_pass(secret)
    finally:
        close_old_connections()
