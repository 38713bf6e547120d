"""The request as our views see it."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from qunluo.people.models import Person

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request that knows its person; a visitor's `is_authenticated` is False."""

    person: "Person"
    htmx: HtmxDetails


def own_referer(request: HttpRequest) -> str:
    """Return the path of the page the request came from when that is ours, else nothing."""
    came_from = request.headers.get("Referer", "")
    try:
        home = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:  # the page about it asks too
        return ""
    return came_from.removeprefix(home) if came_from.startswith(home + "/") else ""


View = Callable[Concatenate[PersonRequest, P], HttpResponse]


def signed_in(
    view: Callable[Concatenate[PersonRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Send visitors to sign in first, and back here afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        asked = cast("PersonRequest", request)
        if asked.person.is_authenticated:
            return view(asked, *args, **kwargs)
        if request.method == "GET":
            back = request.get_full_path()
        else:  # the session ended while a form was open: go back to the page that holds it
            back = own_referer(request) or request.path
            messages.warning(
                request, _("You are signed out, so this was not sent. Sign in and send it again.")
            )
        response = redirect_to_login(back)
        return HttpResponseClientRedirect(response.url) if asked.htmx else response

    return guarded
