"""Pictures by address: app icons, share cards and uploaded media."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from qunluo.community import queries
from qunluo.kernel import media as store
from qunluo.web.core import drawing, theme
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest

SIZES = (32, 48, 96, 180, 192, 512)
DAY, YEAR = 60 * 60 * 24, 60 * 60 * 24 * 365


def _png(data: bytes) -> HttpResponse:
    return HttpResponse(data, content_type="image/png")


def _size(size: int) -> int:
    if size not in SIZES:
        raise Http404
    return size


@require_GET
@cache_control(public=True, max_age=DAY)
def icon(request: HttpRequest, size: int) -> HttpResponse:
    """Draw the icon of the installation."""
    return _png(drawing.icon(_size(size)))


@require_GET
@cache_control(public=True, max_age=DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """Draw the small icon that browsers ask for by themselves."""
    return _png(drawing.icon(48))


@require_GET
@cache_control(public=True, max_age=DAY)
def card(request: HttpRequest) -> HttpResponse:
    """Draw the share card of the installation."""
    return _png(
        drawing.card(
            _("Qunluo"),
            "群",
            theme.DEFAULT,
            _("Found a community, bring your people in, and keep the value among you."),
            request.build_absolute_uri("/"),
            request.get_host(),
        )
    )


@require_GET
@cache_control(private=True, max_age=DAY)
def community_icon(request: PersonRequest, slug: str, size: int) -> HttpResponse:
    """Draw the app icon of a community."""
    one = queries.get_community(slug, viewer=request.person)
    return _png(drawing.community_icon(one.name, one.symbol, one.brand_colour, _size(size)))


@require_GET
@cache_control(private=True, max_age=DAY)
def community_card(request: PersonRequest, slug: str) -> HttpResponse:
    """Draw the share card of a community, with a QR code of its door."""
    one = queries.get_community(slug, viewer=request.person)
    link = request.build_absolute_uri(url("community:home", slug=slug))
    told = (one.name, one.symbol, one.brand_colour, one.sentence)
    with override(one.language):
        foot = _("Scan to see our door")
    return _png(drawing.card(*told, link, foot))


@require_GET
@cache_control(private=True, max_age=YEAR, immutable=True)
def media(request: HttpRequest, key: str) -> HttpResponse:
    """Serve an uploaded picture; it was re-encoded on upload and can run nothing."""
    if not store.is_open(key):
        raise Http404
    with store.open(key) as picture:
        response = HttpResponse(picture.read(), content_type="image/webp")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = "inline"
    return response
