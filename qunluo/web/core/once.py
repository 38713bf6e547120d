"""A form sent twice acts once: double taps, reloads, going back and sending again.

Every form carries a key of its own beside the safety token. The first time it is sent, where it
led to is kept; sent again with the same content, it leads there and does nothing more. Other
content is another act: it is as safe as opening the page anew and filling it in.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CSRF_ALLOWED_CHARS as LETTERS
from django.middleware.csrf import CSRF_SECRET_LENGTH, get_token
from django.utils.crypto import salted_hmac
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from qunluo.kernel.errors import DomainError
from qunluo.kernel.idempotency import act_once
from qunluo.kernel.ids import token
from qunluo.web.core.errors import domain_error
from qunluo.web.core.pieces import GAP
from qunluo.web.core.show import partial

FIELD = "once"
FIT = re.compile(r"[\w-]{20,60}", re.ASCII)
# The API has its own header. allauth's stages use themselves up: a code, a reset link or a new
# address counts once, signing in or out twice is signing in or out, and what is typed there is
# mostly secret and leaves no trace here.
NOT_HERE = ("/api/", "/accounts/")
# What a letter of the token becomes by one of the mask.
MIXED = {
    (one, mask): LETTERS[(LETTERS.index(one) + LETTERS.index(mask)) % len(LETTERS)]
    for one in LETTERS
    for mask in "0123456789abcdef"
}
R = TypeVar("R", bound=HttpResponse)


def hidden_field(request: HttpRequest) -> SafeString:
    """Return the safety token and a key for one form; a gap where others will see the page too."""
    known = request.__dict__
    if "_gaps" in known:
        return mark_safe(GAP)  # noqa: S308 - letters and digits
    if "_hidden" not in known:  # masking the token anew for every form of a page protects no more
        known["_hidden"] = format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            '<input type="hidden" name="{}" value="',
            _masked(request), FIELD,
        )  # fmt: skip
    return mark_safe(f'{known["_hidden"]}{token()}">')  # noqa: S308 - letters, digits, - and _


def _masked(request: HttpRequest) -> str:
    """Return the safety token as Django masks it, by a mask that is made at once.

    Django draws the 32 letters of a mask one by one, which takes as long as a question to the
    database. What the mask is for, that no two pages say the token alike, one number does as well.
    And it would send the cookie, which the browser has for a year, again with every page.
    """
    secret = request.META.get("CSRF_COOKIE", "")
    if len(secret) != CSRF_SECRET_LENGTH:
        return get_token(request)
    mask = secrets.token_hex(CSRF_SECRET_LENGTH // 2)
    return mask + "".join(map(MIXED.__getitem__, zip(secret, mask, strict=True)))


# Made anew wherever it stands in a page, so that no two forms share a key.
hidden_fields = lazy(hidden_field, SafeString, str)


@contextmanager
def gaps_for_keys(request: HttpRequest) -> Iterator[None]:
    """Leave gaps in the forms of a page that others will see too."""
    request.__dict__["_gaps"] = True
    try:
        yield
    finally:
        del request.__dict__["_gaps"]


def repeatable(response: R) -> R:
    """Mark a redirect that is no outcome: a refusal, or what only this browser can be told."""
    response.repeatable = True  # type: ignore[attr-defined]
    return response


class OnceMiddleware:
    """Answers a form that comes again with the outcome of the first time."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let through whatever is no form, and everything that a visitor sends: nothing counts."""
        if request.method != "POST" or request.path.startswith(NOT_HERE) or partial(request):
            return self.answer(request)
        key = request.POST.get(FIELD, "")
        if not FIT.fullmatch(key) or not request.person.is_authenticated:  # type: ignore[attr-defined]
            return self.answer(request)
        try:
            return act_once(
                _fingerprint(request),
                key,
                lambda: self.answer(request),
                outcome=_place,
                again=lambda place: _again(request, place),
            )
        except DomainError as error:
            return domain_error(request, error)


def _place(response: HttpResponse) -> str | None:
    """Return where a form led; a page that was shown instead leaves it to be sent again."""
    if isinstance(response, HttpResponseRedirect) and not hasattr(response, "repeatable"):
        return response.url
    return None


def _again(request: HttpRequest, place: str) -> HttpResponse:
    messages.info(
        request,
        _("You had sent this already. It was done once; to do it again, use a fresh form."),
    )
    return HttpResponseRedirect(place)


def _fingerprint(request: HttpRequest) -> str:
    """Return what tells apart who sent what where; keyed, since people type secrets."""
    found = hashlib.sha256(f"{request.session.session_key}\0{request.get_full_path()}".encode())
    for name in sorted(request.POST.keys() - {"csrfmiddlewaretoken", FIELD}):
        found.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            found.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return salted_hmac("qunluo.web.once", found.digest(), algorithm="sha256").hexdigest()
