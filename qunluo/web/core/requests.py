"""The request as our views see it."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from qunluo.people.models import Person

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request that knows its person; a visitor's `is_authenticated` is False."""

    person: "Person"
    htmx: HtmxDetails


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
        back = request.get_full_path() if request.method == "GET" else request.path
        response = redirect_to_login(back)
        return HttpResponseClientRedirect(response.url) if asked.htmx else response

    return guarded
