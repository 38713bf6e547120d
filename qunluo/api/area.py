"""Declaring operations: one line says method, address, scope, limits and answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.decorators import decorate_view

from qunluo.api.caller import Guard, identify
from qunluo.api.errors import KeyNotTaken
from qunluo.api.once import HEADER, answer_once
from qunluo.kernel import definitions
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import pick

F = TypeVar("F", bound=Callable[..., Any])
TEXTS = definitions.load(Path(__file__).parent / "definitions")


@dataclass(frozen=True)
class Rate:
    """So many times in so many seconds; the name is shared with the pages that do the same."""

    name: str
    times: int
    seconds: int


WRITES = Rate("write", 120, 60)


@dataclass(frozen=True)
class Shape:
    """Who may, and how often; `keyed`: takes an idempotency key; `media`: answers with a file."""

    scope: str
    public: bool = False
    writes: bool = False
    keyed: bool = False
    rates: tuple[Rate, ...] = ()
    media: str = ""
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Declared:
    """What an operation says about itself beyond its parameters and answers."""

    name: str
    shape: Shape
    texts: Mapping[str, Any]
    refusals: tuple[int, ...]

    def summary(self, language: str) -> str:
        """Return what it does in a few words."""
        return str(pick(self.texts["summary"], language))

    def about(self, language: str) -> str:
        """Return what a caller should know."""
        return str(pick(self.texts["about"], language))


OPERATIONS: dict[str, Declared] = {}


class Area:
    """The operations of one room; their texts lie in definitions/<room>.toml under their names."""

    def __init__(self, room: str, tag: str) -> None:
        self.room = room
        self.router = Router(tags=[tag])

    def read(
        self,
        path: str,
        response: Any,
        *,
        scope: str,
        public: bool = False,
        media: str = "",
        rate: Rate | None = None,
        also: tuple[int, ...] = (),
    ) -> Callable[[F], F]:
        """Declare a GET; a public one also answers visitors.

        `media` is the kind of file it answers with, `also` what else it may refuse with.
        """
        shape = Shape(scope, public, media=media, rates=(rate,) if rate else (), also=also)
        return self._declare("GET", path, {200: response}, shape)

    def write(
        self,
        method: str,
        path: str,
        response: Any,
        *,
        scope: str,
        status: int = 200,
        public: bool = False,
        rate: Rate | None = None,
        keyed: bool = True,
        also: tuple[int, ...] = (),
    ) -> Callable[[F], F]:
        """Declare a POST, PUT, PATCH or DELETE, with its own limit beside that on all writes.

        `keyed` says whether it takes an idempotency key: not when the answer is secret or a file.
        `also` names what else it may refuse with.
        """
        rates = (WRITES, rate) if rate else (WRITES,)
        shape = Shape(scope, public, writes=True, keyed=keyed, rates=rates, also=also)
        return self._declare(method, path, {status: response}, shape)

    def _declare(
        self, method: str, path: str, response: dict[int, Any], shape: Shape
    ) -> Callable[[F], F]:
        def register(view: F) -> F:
            name = view.__name__
            if name in OPERATIONS:
                raise TypeError(f"Two operations are named {name}.")
            declared = Declared(name, shape, TEXTS[self.room][name], _refusals(shape, path))
            OPERATIONS[name] = declared
            add = self.router.api_operation(
                [method],
                path,
                auth=Guard(shape.scope, public=shape.public),
                response=response,
                operation_id=name,
                summary=declared.summary("en"),
                description=declared.about("en"),
                url_name=name,
            )
            add(decorate_view(_guarded(shape))(view))
            return view

        return register


def _refusals(shape: Shape, path: str) -> tuple[int, ...]:
    """Return the problems that the operation may answer with; a bad token is one everywhere."""
    codes = {400, 401, 403, 422, 503, *shape.also}
    codes |= {404} if "{" in path else set()
    codes |= {404, 409, 413} if shape.writes else set()
    codes |= {429} if shape.rates else set()
    return tuple(sorted(codes))


def address_of(request: HttpRequest) -> str:
    """Return from where a request comes, "" where the server does not say."""
    try:
        return get_adapter().get_client_ip(request) or ""
    except PermissionDenied:
        return ""


def _guarded(shape: Shape) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Wrap the running of an operation in limits and idempotency, outside its transaction."""

    def decorate(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def answer(request: HttpRequest, **parameters: Any) -> HttpResponse:
            person = identify(request)
            who = person.pk if person else f"visitor {address_of(request)}"
            for rate in shape.rates:
                limit(rate.name, who, times=rate.times, seconds=rate.seconds)
            key = request.headers.get(HEADER) if shape.writes else None
            if key is None:
                return _linked(request, run(request, **parameters))
            if not shape.keyed:
                raise KeyNotTaken
            return answer_once(request, key, who, lambda: run(request, **parameters))

        return answer

    return decorate


def _linked(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Name the next page of a list in a header too, as RFC 8288 has it."""
    if following := getattr(request, "next_page", ""):
        response["Link"] = f'<{following}>; rel="next"'
    return response
