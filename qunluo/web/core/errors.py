"""One place where errors become pages: what happened, that nothing is lost, and what to do."""

import logging
import sys
from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django_htmx.http import reswap, retarget

from qunluo.kernel.errors import Away, DomainError, TooMany
from qunluo.kernel.tx import away
from qunluo.web.core.links import url
from qunluo.web.core.requests import own_referer
from qunluo.web.core.show import partial, render

log = logging.getLogger(__name__)
HELD = "governance.held_for_review"
TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Show a refusal of ours: a notice for htmx, a page otherwise."""
    if error.code == HELD and request.resolver_match and not partial(request):
        return _kept(request, error, request.resolver_match.kwargs["slug"])
    message, next_step = error.say(_)
    said = (line for lines in error.say_fields(_).values() for line in lines)
    details = [line for line in dict.fromkeys(said) if line != message]
    response = refuse(request, error.status, message, next_step, details, _way_on(request, error))
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def _kept(request: HttpRequest, error: DomainError, slug: str) -> HttpResponse:
    """Lead to the words that wait for a look: nothing went wrong, and nothing is to be repaired."""
    messages.info(request, error.say(_)[0])
    return HttpResponseRedirect(url("order:held", slug=slug))


def _way_on(request: HttpRequest, error: DomainError) -> tuple[str, str] | None:
    """Return where a refusal leads when there is one place for it, as text and address."""
    slug = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    if error.code == "community.suspended" and slug:
        return _("See what was decided, and appeal"), url("community:home", slug=slug)
    if error.code == "community.members_only" and slug:
        return _("See the door"), url("community:home", slug=slug)
    return None


def refuse(
    request: HttpRequest,
    status: int,
    message: str,
    next_step: str = "",
    details: list[str] | None = None,
    on: tuple[str, str] | None = None,
) -> HttpResponse:
    """Answer with a status, a sentence and a next step; `on` is a way there: text and address."""
    context = {
        "status": status,
        "message": message,
        "next_step": next_step,
        "details": details or [],
        "back": way_back(request),
        "on": on,
        "bare": not hasattr(request, "person"),  # refused before anybody asked who it is
    }
    return _answer(request, status, context)


def _answer(request: HttpRequest, status: int, context: dict[str, Any]) -> HttpResponse:
    """Answer htmx with a notice, anyone else with a page."""
    if partial(request):
        notice = HttpResponse(render(request, "core/error_notice.html", context), status=status)
        return reswap(retarget(notice, "#notices"), "innerHTML")
    return HttpResponse(render(request, "core/error.html", context), status=status)


def way_back(request: HttpRequest) -> str:
    """Return the page the reader came from when it is ours and another one, else nothing."""
    path = own_referer(request)
    return "" if path == request.get_full_path() and request.method == "GET" else path


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show 400, or 413 for a form with more in it than anybody types."""
    if isinstance(exception, TOO_BIG):
        return refuse(
            request,
            413,
            _("This is more than one form can take."),
            _("Go back, shorten the text or send fewer things at once. Nothing was saved yet."),
        )
    return refuse(
        request,
        400,
        _("We could not understand this request."),
        _("Go back, reload the page and try once more."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show 403."""
    return refuse(
        request,
        403,
        _("This page is not open to you."),
        _("If you think it should be, ask the owner of the community."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show 404; a hidden thing and a missing thing look the same."""
    return refuse(
        request,
        404,
        _("There is nothing at this address, or it is not visible to you."),
        _("Check the link, or sign in with the account that was invited."),
    )


def wrong_method(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Show 405: mostly an address that a form was sent to, opened by hand or after signing in."""
    page = refuse(
        request,
        405,
        _("This address only takes what a form sends, so there is nothing to look at."),
        _("Go back to the page with the form, and send it from there."),
    )
    page["Allow"] = response.headers.get("Allow", "")
    return page


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show 403 for a form whose safety token has expired."""
    return refuse(
        request,
        403,
        _("This form was open for too long, so we did not accept it."),
        _("Go back, reload the page and send it again. What you typed is still in your browser."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Show 500, or 503 while the database is away; without touching it or the session."""
    error = sys.exception()  # Django calls us while it handles it
    if away(error):
        log.warning("%s %s: the database is away: %s", request.method, request.path, error)
        response = _broken(request, Away.status, *Away().say(_))
        response["Retry-After"] = str(Away.retry_after)
        # Django would log the whole stack of every request.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response
    message = _("Something broke on our side.")
    return _broken(
        request, 500, message, _("Nothing you saved is lost. Please try again in a minute.")
    )


def _broken(request: HttpRequest, status: int, message: str, next_step: str) -> HttpResponse:
    context = {
        "status": status,
        "message": message,
        "next_step": next_step,
        "details": [],
        "back": "",
        "on": None,
        "bare": True,
    }
    return _answer(request, status, context)
