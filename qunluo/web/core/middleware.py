"""Language, person and errors, in the order in which a request meets them."""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation.trans_real import parse_accept_lang_header

from qunluo.kernel.errors import DomainError
from qunluo.kernel.sessions import person_along
from qunluo.web.core.errors import domain_error, wrong_method
from qunluo.web.core.show import VARY

Answer = Callable[[HttpRequest], HttpResponse]
SPOKEN = ("zh-hans", "en")


def chosen_language(request: HttpRequest) -> str:
    """Return the language chosen on this device, or an empty string."""
    said = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return said if said in SPOKEN else ""


def preferred_language(header: str) -> str:
    """Return the first language of an Accept-Language header that we speak; else English."""
    for code, _quality in parse_accept_lang_header(header):
        if code.startswith("zh"):
            return "zh-hans"
        if code.startswith("en"):
            return "en"
    return "en"


class PolicyMiddleware(CSPMiddleware):
    """Says what pages may load; for those without an exception, in words put together once."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Add the policy of the settings, or the one that the view made of it."""
        own = any(name.startswith("_csp_") for name in vars(response))
        if own or settings.DEBUG or getattr(request, "_csp_nonce", None):
            return super().process_response(request, response)
        policy = _policy()
        if policy and HEADER not in response:
            response[HEADER] = policy
        return response


@cache
def _policy() -> str:
    return build_policy()


class WhoMiddleware(AuthenticationMiddleware):
    """Sets request.user, who comes with the session by one question."""

    def process_request(self, request: HttpRequest) -> None:
        """Ask when somebody looks."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _who(request))  # type: ignore[assignment]


def _who(request: HttpRequest) -> Any:
    with person_along():
        return get_user(request)


class LanguageMiddleware:
    """Activates the language of the cookie, else the one the browser prefers."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language, and tell caches that it matters."""
        language = chosen_language(request) or preferred_language(
            request.META.get("HTTP_ACCEPT_LANGUAGE", "")
        )
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.answer(request)
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        page = response.headers.get("Content-Type", "").startswith("text/html")
        if page and response.headers.get("Vary") != VARY:
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


class PersonMiddleware:
    """Sets request.person; a person's own language and time zone hold where no cookie says else."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as this person sees it."""
        user = getattr(request, "user", None) or AnonymousUser()
        request.person = user  # type: ignore[attr-defined]
        came = settings.SESSION_COOKIE_NAME in request.COOKIES
        known = came and user.is_authenticated
        if not came and request.method == "GET":
            request.person = AnonymousUser()  # type: ignore[attr-defined]
        if known:
            # Each look at a lazy object costs more than one at a person.
            request.person = user = getattr(user, "_wrapped", user)  # type: ignore[attr-defined]
            self.adopt(request, getattr(user, "language", ""), getattr(user, "time_zone", ""))
        try:
            response = self.answer(request)
        finally:
            timezone.deactivate()
        if known and "Cache-Control" not in response.headers:
            # Nothing that was made for a person waits in a shared cache or comes back unasked.
            response.headers["Cache-Control"] = _own()
        return response

    def adopt(self, request: HttpRequest, language: str, zone: str) -> None:
        """Activate the person's preferences."""
        if language in SPOKEN and not chosen_language(request):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        if zone:
            try:
                timezone.activate(ZoneInfo(zone))
            except (ZoneInfoNotFoundError, ValueError):
                timezone.deactivate()


@cache
def _own() -> str:
    response = HttpResponse()
    patch_cache_control(response, private=True, no_cache=True)
    return str(response.headers["Cache-Control"])


class DomainErrorMiddleware:
    """Turns a refusal of ours into a page or a notice."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; an address that only takes forms gets a page of its own as well."""
        response = self.answer(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            return wrong_method(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for domain errors; leave the rest to Django."""
        return domain_error(request, exception) if isinstance(exception, DomainError) else None
