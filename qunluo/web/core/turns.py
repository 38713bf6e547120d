"""Requests are answered in the order in which they came, as many at once as is of use.

Threads that compute take the interpreter from each other, and all of them are late. With SQLite a
thread that answers is a thread that computes: one at a time is of use; with PostgreSQL two, since
one computes while the other waits for the database. The rest wait, but not for long, so that nobody
waits for something slow: a picture, a table, a reader who takes ages.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PATIENCE = 0.05  # seconds


class Turns:
    """A WSGI application that begins a request when one of those before is answered."""

    def __init__(
        self, application: Application, *, at_once: int = 1, patience: float = PATIENCE
    ) -> None:
        """Stand before an application; nobody waits longer than `patience` seconds."""
        self.application, self.patience = application, patience
        self._guard = threading.Lock()
        self._free = at_once
        self._line: deque[threading.Lock] = deque()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer; what is sent in parts is sent after the turn."""
        mine = self._take()
        try:
            return self.application(environ, start_response)
        finally:
            if mine:
                self._pass_on()

    def _take(self) -> bool:
        """Wait for the turn; False for who goes on without it."""
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            place = threading.Lock()
            place.acquire()
            self._line.append(place)
        if place.acquire(timeout=self.patience):
            return True
        with self._guard:
            if place not in self._line:
                return True  # it came at this moment
            self._line.remove(place)
            return False

    def _pass_on(self) -> None:
        with self._guard:
            if self._line:
                self._line.popleft().release()
            else:
                self._free += 1
