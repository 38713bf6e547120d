"""The documents for people who write programs: every operation and every problem."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext
from markdown_it import MarkdownIt
from markupsafe import Markup

from qunluo.api import problems, reading
from qunluo.kernel.errors import DomainError


@dataclass(frozen=True)
class Refusal:
    """A kind of problem, as it is explained."""

    code: str
    status: int
    message: str
    next_step: str


def operations(request: HttpRequest) -> HttpResponse:
    """Show every operation."""
    language = get_language() or "en"
    # Our own text, so it may become markup.
    intro = Markup(MarkdownIt().render(reading.intro(language)))  # noqa: S704
    return _page(
        request, "docs/operations.html", {"groups": reading.groups(language), "intro": intro}
    )


def refusals(request: HttpRequest) -> HttpResponse:
    """Show every kind of problem under the address that problems point to."""
    return _page(request, "docs/problems.html", {"refusals": all_refusals()})


def all_refusals() -> list[Refusal]:
    """Return what can be refused, by code, in the active language; kinds nobody raises are out."""
    kinds: set[type[DomainError]] = set()
    waiting = [DomainError]
    while waiting:
        kind = waiting.pop()
        kinds.add(kind)
        waiting += kind.__subclasses__()
    named = {kind.code: kind for kind in sorted(kinds, key=lambda k: len(k.__mro__), reverse=True)}
    return [
        Refusal(
            code,
            kind.status,
            gettext(kind.message),
            gettext(kind.next_step) if kind.next_step else "",
        )
        for code, kind in sorted(named.items())
        if code != DomainError.code and kind.__module__.startswith("qunluo.")
    ]


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    response = render(request, template, context | {"titles": problems.TITLES})
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
