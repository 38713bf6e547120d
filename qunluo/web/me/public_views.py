"""What others see of a person, and the way out of unasked mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.people import queries
from qunluo.reach import actions as reach
from qunluo.reach import queries as mail
from qunluo.web.core.emblem import portrait
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show

DAY = 60 * 60 * 24


@require_GET
def profile(request: PersonRequest, handle: str) -> HttpResponse:
    """Show a person as this viewer may see them."""
    person = queries.get_person(handle=handle)
    if handle != person.handle:
        return redirect("people:profile", handle=person.handle)
    seen = queries.profile_for(person, request.person)
    context = {"seen": seen, "audiences": queries.AUDIENCES}
    response = show(request, "me/public.html", None, context)
    response["X-Robots-Tag"] = "noindex"  # people are found by their communities, not by engines
    return response


@require_GET
@cache_control(public=True, max_age=DAY)
def avatar(request: HttpRequest, handle: str) -> HttpResponse:
    """Draw the portrait of somebody without a picture: always the same for the same person."""
    person = queries.get_person(handle=handle)
    drawn = str(portrait(person.name, person.handle, 256)).replace(
        "<svg ",
        '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" text-anchor="middle" ',
        1,
    )
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed link is the key
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """Stop unasked mail for ever, with one click and without signing in."""
    digest, community_id = mail.read_unsubscribe(signed)
    done = ""
    if request.method == "POST":
        everywhere = request.POST.get("from") == "everywhere"
        reach.suppress_digest(
            digest=digest, community_id=None if everywhere else community_id, source="link"
        )
        done = "everywhere" if everywhere or not community_id else "community"
    return show(request, "me/unsubscribe.html", None, {"done": done, "one": bool(community_id)})
