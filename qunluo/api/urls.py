"""Addresses of the API: version 1, its OpenAPI document, and what is not there."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, include, path, re_path

from qunluo.api import docs, errors, problems
from qunluo.api.openapi import openapi_json
from qunluo.api.v1 import api

View = Callable[..., HttpResponse]


def in_problems(view: View) -> View:
    """Let a view refuse in problem+json whatever happens, and answer HEAD like GET."""

    @wraps(view)
    def answer(request: HttpRequest, **parameters: Any) -> HttpResponse:
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked
        try:
            response = view(request, **parameters)
        except Exception as error:  # noqa: BLE001 -- the door answers for everything
            response = problems.answer(request, error)
        request.method = asked  # Django drops the body of an answer to HEAD
        if isinstance(response, HttpResponseNotAllowed):
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            refusal = errors.MethodNotAllowed(method=request.method, allowed=allowed)
            response = problems.answer(request, refusal)
            response["Allow"] = allowed
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]  # sessions are checked in caller.py
    return answer


def nowhere(request: HttpRequest, **_rest: Any) -> HttpResponse:
    """Answer for every other address below /api/."""
    raise errors.NoSuchAddress


def gathered(patterns: Sequence[tuple[str, URLPattern]]) -> list[URLPattern | URLResolver]:
    """Return the same addresses, those that begin alike together: fewer looks to find one.

    Each pattern comes with what is left of its route.
    """
    found: list[URLPattern | URLResolver] = []
    groups: dict[str, list[tuple[str, URLPattern]]] = {}
    for route, one in patterns:
        head, slash, rest = route.partition("/")
        if slash:
            groups.setdefault(head + slash, []).append((rest, one))
        else:
            found.append(path(route, one.callback, one.default_args, one.name))
    return [*found, *(path(head, include(gathered(below))) for head, below in groups.items())]


v1_all, v1_app, v1_namespace = api.urls
v1_patterns = [one for one in v1_all if isinstance(one, URLPattern)]
for pattern in v1_patterns:
    pattern.callback = in_problems(pattern.callback)
v1_addresses = gathered([(str(pattern.pattern), pattern) for pattern in v1_patterns])

urlpatterns = [
    path("v1/", (v1_addresses, v1_app, v1_namespace)),
    path("openapi.json", in_problems(openapi_json), name="openapi"),
    path("docs", docs.operations, name="api_docs"),
    path("docs/errors", docs.refusals, name="api_problems"),
    re_path(r"^.*$", in_problems(nowhere)),
]
