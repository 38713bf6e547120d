"""Calls that end in time: the line is cut when it is up, also in the middle of a greeting.

The timeouts of requests count anew with every byte, so a server that drips is never late for them.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import requests  # noqa: TID251 -- this is providers/
from requests.adapters import HTTPAdapter  # noqa: TID251
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class Watch:
    """Cuts the lines of a call when its time is up."""

    def __init__(self, seconds: float) -> None:
        """Start to count."""
        self.over = False
        self._lines: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def hold(self, line: socket.socket) -> socket.socket:
        """Watch a line; what is sealed later on the same line is cut with it. TimeoutError."""
        self._lines.append(line.dup())
        if self.over:
            raise TimeoutError
        return line

    def end(self) -> None:
        """Let go of the lines."""
        self._timer.cancel()
        for line in self._lines:
            line.close()

    def _cut(self) -> None:
        self.over = True
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Here(threading.local):
    watch: Watch


_here = _Here()


class _Open(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _here.watch.hold(super()._new_conn())


class _Sealed(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _here.watch.hold(super()._new_conn())


class _OpenPool(HTTPConnectionPool):
    ConnectionCls = _Open


class _SealedPool(HTTPSConnectionPool):
    ConnectionCls = _Sealed


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _OpenPool, "https": _SealedPool}


@contextmanager
def calls_within(seconds: float) -> Iterator[tuple[requests.Session, Watch]]:
    """Give a session whose calls, all in all, take no longer than so many seconds."""
    _here.watch = Watch(seconds)
    try:
        with requests.Session() as session:
            session.mount("http://", _Adapter())
            session.mount("https://", _Adapter())
            yield session, _here.watch
    finally:
        _here.watch.end()
