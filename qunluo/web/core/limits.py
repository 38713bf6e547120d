"""How often somebody may write through the pages, and what no page takes."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

from qunluo.kernel.errors import TooMany
from qunluo.kernel.ratelimit import limit
from qunluo.web.core.errors import bad_request, domain_error

HOUR = 60 * 60
READING = {"GET", "HEAD", "OPTIONS"}
# By address name; the buckets are those of the API, so that two doors are not twice as wide.
RATES = {
    "founding:start": ("found", 10, HOUR),
    "founding:cofound": ("join", 20, HOUR),
    "community:join": ("join", 20, HOUR),
    "growth:invitation": ("join", 20, HOUR),
    "founding:cofounders": ("invitation", 60, HOUR),
    "growth:invitations": ("invitation", 60, HOUR),
    "growth:contact_invite": ("invitation", 60, HOUR),
    "growth:customer_invite": ("invitation", 60, HOUR),
    "growth:invite": ("batch", 20, HOUR),
    "growth:import": ("upload", 20, HOUR),
    "growth:exports": ("export", 10, HOUR),
    "founding:symbol": ("picture", 20, HOUR),
    "claims:add_picture": ("picture", 20, HOUR),
    "community:decision": ("appeal", 10, HOUR),
    "community:appeal_refusal": ("appeal", 10, HOUR),
    "me:tokens": ("token", 20, HOUR),
}
EVERY_WRITE = ("write", 120, 60)
API = "/api/"  # has limits of its own, one per operation


class LimitsMiddleware:
    """Refuses what comes too often, and text that no database can hold."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; what cannot be stored is refused before anybody looks for it."""
        if request.path.startswith(API):
            return self.answer(request)  # refuses it in its own words
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        return self.answer(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Count a write before its view runs: a refusal must not take the count back."""
        if request.method in READING or request.path.startswith(API):
            return None
        if any("\0" in text for _name, texts in request.POST.lists() for text in texts):
            return bad_request(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        try:
            for rate, times, seconds in filter(None, (EVERY_WRITE, RATES.get(name))):
                limit(rate, _who(request), times=times, seconds=seconds)
        except TooMany as error:
            return domain_error(request, error)
        return None


def _who(request: HttpRequest) -> object:
    person = request.person  # type: ignore[attr-defined]
    if person.is_authenticated:
        return person.pk
    return f"visitor {get_adapter().get_client_ip(request)}"
