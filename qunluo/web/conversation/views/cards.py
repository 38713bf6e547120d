"""A thread that anybody may read as a picture with a code to scan."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from qunluo.community.queries import get_community
from qunluo.conversation import queries
from qunluo.web.conversation.drawing import thread_card
from qunluo.web.conversation.forms import say
from qunluo.web.conversation.views.threads import BIG
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show

MINUTES = 10 * 60


@require_GET
def share(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Show the picture before it is sent, with what to do with it."""
    community = get_community(slug, viewer=request.person)
    found = queries.shareable(community, min(number, BIG), viewer=request.person)
    context = {
        "community": community,
        "found": found,
        "link": _link(request, slug, number),
        "back": url("talk:thread", slug=slug, number=number),
        "card": url("talk:card", slug=slug, number=number),
    }
    return show(request, "conversation/share.html", None, context)


@require_GET
@cache_control(private=True, max_age=MINUTES)
def card(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Draw the picture; others than the author see names only where those are open to all."""
    community = get_community(slug, viewer=request.person)
    found = queries.shareable(community, min(number, BIG), viewer=request.person)
    with override(community.language):
        drawn = thread_card(
            (community.name, community.symbol, community.brand_colour),
            say(found.kind.label),
            found.title,
            found.words,
            _names(found),
            _link(request, slug, number),
            _("Scan to read on"),
        )
    response = HttpResponse(drawn, content_type="image/png")
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{slug}-{number}.png"'
    return response


def _names(found: queries.Shareable) -> str:
    if found.author and found.honoured:
        said = {"author": found.author, "honoured": found.honoured}
        return _("%(author)s, about %(honoured)s") % said
    if found.honoured:
        return _("About %(honoured)s") % {"honoured": found.honoured}
    return f"— {found.author}" if found.author else ""


def _link(request: HttpRequest, slug: str, number: int) -> str:
    return request.build_absolute_uri(url("talk:thread", slug=slug, number=number))
