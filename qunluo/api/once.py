"""Idempotency keys: a request sent again gets the first answer and does nothing more."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from qunluo.api.errors import KeyUnfit
from qunluo.kernel import idempotency

HEADER = "Idempotency-Key"
FIT = re.compile(r"[!-~]{1,100}")
KEPT = ("Content-Type", "Location", "Link")


class _Refused(Exception):
    """Carries a refusal out of the transaction, so that the key stays free."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def answer_once(
    request: HttpRequest, key: str, who: object, run: Callable[[], HttpResponse]
) -> HttpResponse:
    """Return the stored answer for the key, or run and store; KeyReused, KeyUnfit."""
    if not FIT.fullmatch(key):
        raise KeyUnfit(fields={HEADER: [KeyUnfit.next_step]})
    scope = hashlib.sha256(f"{who} {request.method} {request.path}".encode()).hexdigest()

    def first() -> dict[str, Any]:
        response = run()
        if response.status_code >= 400:
            raise _Refused(response)
        return {
            "status": response.status_code,
            "headers": {name: response[name] for name in KEPT if name in response},
            "body": response.content.decode(),
        }

    try:
        kept = idempotency.once(scope, key, digest(request), first)
    except _Refused as refused:
        return refused.response
    return HttpResponse(kept["body"], status=kept["status"], headers=kept["headers"])


def digest(request: HttpRequest) -> str:
    """Return what tells two requests apart: query, and body or form with its files."""
    found = hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\0")
    if request.content_type != "multipart/form-data":
        found.update(request.body)
        return found.hexdigest()
    for name in sorted(request.POST):
        found.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            found.update(repr((name, file.name)).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return found.hexdigest()
