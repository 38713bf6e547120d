"""Answers that come in parts are handed over whole, so that a slow reader keeps no thread waiting.

The server waits in the thread of a request for whoever takes an answer in parts, and there are two
of them. Up to LARGE a thing is handed over at once; what is larger is sent in parts to one reader
at a time, so that the other threads go on answering.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

LARGE = 32 * 1024 * 1024
LATER = 120  # seconds after which to come again
# A reader who was never seen to end keeps nobody away for longer.
LEASE = 3600.0


class Slot:
    """The place of the one reader of something large."""

    def __init__(self) -> None:
        """Start free."""
        self._lock = threading.Lock()
        self._since: float | None = None

    def take(self) -> float | None:
        """Return what to give back at the end, None while somebody else reads."""
        with self._lock:
            moment = time.monotonic()
            if self._since is not None and moment - self._since < LEASE:
                return None
            self._since = moment
            return moment

    def give_back(self, taken: float) -> None:
        """Let the next one read; nothing happens the second time."""
        with self._lock:
            if self._since == taken:
                self._since = None


SLOT = Slot()


class WholeMiddleware:
    """Hands over whole what views answer in parts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Stand around everything that answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer whole, or in parts to one at a time."""
        response = self.get_response(request)
        if not isinstance(response, StreamingHttpResponse) or response.is_async:
            return response
        parts = iter(response)
        begun, size = [], 0
        for part in parts:
            begun.append(part)
            size += len(part)
            if size > LARGE:
                return _in_parts(request, response, chain(begun, parts))
        return _dressed(HttpResponse(b"".join(begun)), response)


def _in_parts(
    request: HttpRequest, response: StreamingHttpResponse, parts: Iterable[bytes]
) -> HttpResponseBase:
    taken = SLOT.take()
    if taken is None:
        with translation.override(translation.get_language_from_request(request)):
            said = _("Somebody else is just fetching something large. Try again in two minutes.")
        refused = HttpResponse(
            said, status=503, content_type="text/plain; charset=utf-8",
            headers={"Retry-After": str(LATER), "Cache-Control": "no-store"},
        )  # fmt: skip
        return _closing(refused, response)
    sent = _dressed(StreamingHttpResponse(_sent(parts, taken)), response)
    _closers(sent).append(partial(SLOT.give_back, taken))
    return sent


def _sent(parts: Iterable[bytes], taken: float) -> Iterator[bytes]:
    try:
        yield from parts
    finally:
        SLOT.give_back(taken)


def _closing(made: HttpResponseBase, instead_of: HttpResponseBase) -> HttpResponseBase:
    """Return an answer that closes, when it ends, what another one would have closed."""
    _closers(made).extend(_closers(instead_of))
    return made


def _closers(response: Any) -> list[Callable[[], object]]:
    """Return what Django calls at the end of an answer, the files and tables it was made of."""
    found: list[Callable[[], object]] = response._resource_closers
    return found


def _dressed(made: HttpResponseBase, like: HttpResponseBase) -> HttpResponseBase:
    """Return an answer with status, headers and cookies of another."""
    made.status_code, made.headers, made.cookies = like.status_code, like.headers, like.cookies
    if isinstance(made, HttpResponse) and not made.has_header("Content-Length"):
        made["Content-Length"] = str(len(made.content))
    return _closing(made, like)
