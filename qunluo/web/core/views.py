"""The ground floor: landing, language, appearance, health and the installable app."""

import re
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community import queries
from qunluo.conversation.queries import STREAM_ORDERS, formula, reactions
from qunluo.people.actions import set_language
from qunluo.web.core import theme
from qunluo.web.core.context import SCHEMES
from qunluo.web.core.links import url
from qunluo.web.core.middleware import SPOKEN
from qunluo.web.core.once import repeatable
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import partial, show
from qunluo.web.core.streaming import COOKIE, order_of, stream_page
from qunluo.web.core.visitors import same_for_visitors

STREAM = 20
YEAR = 60 * 60 * 24 * 365
COLOUR = re.compile("[0-9a-f]{6}")
LANDING_DOTS = [str(number) for number in range(47)]


@require_GET
@same_for_visitors
def home(request: PersonRequest) -> HttpResponse:
    """Show strangers what this is, and people their communities."""
    if not request.person.is_authenticated:
        return show(
            request,
            "core/landing.html",
            None,
            {"doors": queries.open_doors(), "seeds": LANDING_DOTS},
        )
    context = stream_page(request, limit=STREAM)
    if context["after"]:
        return show(request, "community/stream.html", "more", context)
    if partial(request):
        return show(request, "community/stream.html", "fresh", context)
    return show(request, "core/mine.html", None, context)


@require_http_methods(["GET", "POST"])
def order(request: PersonRequest) -> HttpResponse:
    """Explain the order of the home stream, and let everybody choose it for this device."""
    if request.method == "POST":
        response = _back(request)
        chosen = request.POST.get("order", "")
        if chosen in STREAM_ORDERS:
            response.set_cookie(
                COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=settings.SECURE
            )
        return response
    context = {"order": order_of(request), "formula": formula(), "reactions": reactions()}
    return show(request, "core/order.html", None, context)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return repeatable(HttpResponseRedirect(target if ours else url("core:home")))


@require_POST
def choose_language(request: PersonRequest) -> HttpResponse:
    """Remember the language on this device, and with the person when signed in."""
    language = request.POST.get("language", "")
    response = _back(request)
    if language in SPOKEN:
        activate(language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax",
            secure=settings.SECURE,
        )  # fmt: skip
        if request.person.is_authenticated:
            set_language(actor=request.person, language=language)
    return response


@require_POST
def choose_appearance(request: HttpRequest) -> HttpResponse:
    """Remember light or dark on this device; anything else follows the device."""
    scheme = request.POST.get("scheme", "")
    response = _back(request)
    if scheme in SCHEMES:
        response.set_cookie("scheme", scheme, max_age=YEAR, samesite="Lax", secure=settings.SECURE)
    else:
        response.delete_cookie("scheme", samesite="Lax")
    return response


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Show what the service worker keeps for times without a network; the same for everyone."""
    return show(request, "core/offline.html", None, {"bare": True})


@require_GET
@cache_control(public=True, max_age=YEAR, immutable=True)
def theme_css(request: HttpRequest, key: str) -> HttpResponse:
    """Serve the theme of a brand colour; the colour is the version."""
    if not COLOUR.fullmatch(key):
        raise Http404
    return HttpResponse(theme.stylesheet(f"#{key}"), content_type="text/css")


def _app(name: str, short: str, start: str, icons: str, colour: str) -> dict[str, Any]:
    return {
        "name": name,
        "short_name": short,
        "id": start,
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": theme.LIGHT.page,
        "theme_color": colour,
        "icons": [
            {"src": icons.format(size), "sizes": f"{size}x{size}", "type": "image/png",
             "purpose": purpose}
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ],
    }  # fmt: skip


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the installable app of this installation."""
    told = _app(_("Qunluo"), _("Qunluo"), "/", "/icon-{}.png", theme.DEFAULT)
    return JsonResponse(told, content_type="application/manifest+json")


@require_GET
def community_manifest(request: PersonRequest, slug: str) -> HttpResponse:
    """Describe one community as an installable app of its own."""
    community = queries.get_community(slug, viewer=request.person)
    start = url("community:home", slug=slug)
    told = _app(
        community.name, community.name[:12], start, start + "icon-{}.png", community.brand_colour
    )
    return JsonResponse(told, content_type="application/manifest+json")


@require_GET
@cache_control(max_age=0, no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the root, so that its scope is the whole site."""
    path = finders.find("core/js/worker.js")
    if path is None:
        return HttpResponse(status=404)
    with open(path, encoding="utf-8") as script:
        return HttpResponse(script.read(), content_type="text/javascript")


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines see published doors, and nothing that belongs to members."""
    closed = "\n".join(f"Disallow: {path}" for path in ("/me/", "/admin/", "/api/", "/i/"))
    return HttpResponse(f"User-agent: *\n{closed}\n", content_type="text/plain")
