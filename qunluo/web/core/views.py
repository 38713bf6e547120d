"""The ground floor: landing, language, appearance, health and the installable app."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from qunluo.community import queries
from qunluo.conversation.queries import stream
from qunluo.people.actions import set_language
from qunluo.web.core import theme
from qunluo.web.core.context import SCHEMES
from qunluo.web.core.links import url
from qunluo.web.core.middleware import SPOKEN
from qunluo.web.core.once import repeatable
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import partial, show

STREAM = 15
YEAR = 60 * 60 * 24 * 365
LANDING_DOTS = [str(number) for number in range(47)]


@require_GET
def home(request: PersonRequest) -> HttpResponse:
    """Show strangers what this is, and people their communities."""
    if not request.person.is_authenticated:
        return show(
            request,
            "core/landing.html",
            None,
            {"doors": queries.open_doors(), "seeds": LANDING_DOTS},
        )
    page = stream(request.person, after=request.GET.get("after"), limit=STREAM)
    context = {
        "communities": queries.communities_of(request.person),
        "cards": page.items,
        "more": "?" + urlencode({"after": page.next}) if page.next else "",
        "after": request.GET.get("after", ""),
        "several": True,
    }
    if context["after"]:
        return show(request, "community/stream.html", "more", context)
    if partial(request):
        return show(request, "community/stream.html", "fresh", context)
    return show(request, "core/mine.html", None, context)


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
