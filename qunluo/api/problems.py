"""Every refusal as problem+json (RFC 9457): what happened, and what to do next."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, ConfigDict, Field

from qunluo.api import errors
from qunluo.growth.errors import InvitationExpired
from qunluo.kernel.errors import Away, Busy, DomainError, NotFound, TooMany
from qunluo.kernel.idempotency import KeyReused
from qunluo.kernel.text import _
from qunluo.kernel.tx import away
from qunluo.market.ports import ProviderUnreachable

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: _("The request cannot be read"),
    401: _("Not signed in"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Method not allowed"),
    409: _("Conflict"),
    410: _("Over"),
    413: _("Too large"),
    422: _("Not accepted"),
    429: _("Too many requests"),
    500: _("Our mistake"),
    502: _("Another service does not answer"),
    503: _("Busy"),
}
# One of each status, for the documents.
EXAMPLES: tuple[type[DomainError], ...] = (
    errors.Unreadable,
    errors.NotSignedIn,
    errors.ScopeMissing,
    NotFound,
    KeyReused,
    InvitationExpired,
    errors.TooLarge,
    errors.NotAsDeclared,
    TooMany,
    ProviderUnreachable,
    Busy,
)
SAID = {
    "missing": _("This is missing."),
    "extra_forbidden": _("There is no such field."),
    "string_type": _("Send text here."),
    "int_type": _("Send a whole number here."),
    "int_parsing": _("Send a whole number here."),
    "bool_type": _("Send true or false here."),
    "bool_parsing": _("Send true or false here."),
    "list_type": _("Send a list here."),
    "dict_type": _("Send an object here."),
    "model_type": _("Send an object here."),
    "model_attributes_type": _("Send an object here."),
    "string_too_long": _("At most {max_length} characters."),
    "string_pattern_mismatch": _("This does not have the form {pattern}."),
    "greater_than_equal": _("Not less than {ge}."),
    "less_than_equal": _("Not more than {le}."),
    "too_long": _("At most {max_length} entries."),
}
log = logging.getLogger(__name__)


class Problem(BaseModel):
    """Why a request was refused; `detail` and `next_step` are in the language of the request."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description=_("Address that explains this kind of problem."))
    title: str = Field(description=_("The kind of refusal in a few words."))
    status: int = Field(description=_("The HTTP status."))
    detail: str = Field(description=_("What happened, in the language of the request."))
    code: str = Field(description=_("Stable name of the problem, for programs."))
    next_step: str = Field("", description=_("What to do about it."))
    fields: dict[str, list[str]] = Field({}, description=_("What is wrong, by field."))


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """Turn any exception into a problem; an unforeseen one is logged and says nothing of itself."""
    refusal = _as_refusal(error)
    if refusal is None and away(error):
        log.warning("%s %s: the database is away: %s", request.method, request.path, error)
        refusal = Away()
    if refusal is None:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        refusal = errors.OurMistake()
    return _respond(refusal)


def _as_refusal(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        return errors.NotAsDeclared(fields=_by_field(error.errors))
    if isinstance(error, AuthenticationError):
        return errors.NotSignedIn()
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, RequestDataTooBig):
        return errors.TooLarge()
    if isinstance(error, SuspiciousOperation | MultiPartParserError | RecursionError):
        return errors.Unreadable()
    if isinstance(error, HttpError) and error.status_code == errors.Unreadable.status:
        return errors.Unreadable()
    return None


def _by_field(found: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what pydantic found, by dotted field and in the words of SAID."""
    said: dict[str, list[str]] = {}
    for item in found:
        source, *place = [str(part) for part in item["loc"]]
        # In a body the first part names the parameter of our function, not a field.
        name = ".".join(place[1:] if source == "body" else place) or source
        text = SAID.get(item["type"], _("This value cannot be used here."))
        filled = gettext(text).format_map(item.get("ctx", {}))
        # What is filled in stays as it is when the refusal is said.
        said.setdefault(name, []).append(filled.replace("{", "{{").replace("}", "}}"))
    return said


def example(status: int) -> dict[str, Any]:
    """Return a problem of that status as the documents show it."""
    for kind in EXAMPLES:
        if kind.status == status:
            return body_of(kind(scope="members:read", has="profile:read", retry_after=12))
    return body_of(errors.OurMistake())


def body_of(error: DomainError) -> dict[str, Any]:
    """Return the members of the problem, in the active language."""
    detail, next_step = error.say(gettext)
    body: dict[str, Any] = {
        "type": f"{settings.SITE_URL}/api/docs/errors#{error.code}",
        "title": gettext(TITLES.get(error.status, TITLES[500])),
        "status": error.status,
        "detail": detail,
        "code": error.code,
        "next_step": next_step,
        "fields": error.say_fields(gettext),
    }
    reasons = getattr(error, "reasons", None)
    if callable(reasons):
        body["reasons"] = reasons(get_language() or settings.LANGUAGE_CODE)
    if isinstance(error, TooMany):
        body["retry_after"] = error.retry_after
    return body


def _respond(error: DomainError) -> HttpResponse:
    response = HttpResponse(
        json.dumps(body_of(error), ensure_ascii=False), status=error.status, content_type=MEDIA_TYPE
    )
    if isinstance(error, TooMany | Away):
        response["Retry-After"] = str(error.retry_after)
    if error.status == errors.NotSignedIn.status:
        response["WWW-Authenticate"] = 'Bearer realm="qunluo"'
    patch_vary_headers(response, ["Accept-Language", "Authorization", "Cookie"])
    return response
