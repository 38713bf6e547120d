"""The list behind the bell."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qunluo.reach import actions, queries
from qunluo.reach.errors import NoticeNotFound
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

BIG = 2**62
PAGE = 12


@require_GET
@signed_in
def notices(request: PersonRequest) -> HttpResponse:
    """Show what reached a person, the newest first; reactions by themselves."""
    quiet, after = request.GET.get("only") == "reactions", request.GET.get("after")
    language = get_language() or "en"
    page = queries.notices(request.person, language, quiet=quiet, after=after, limit=PAGE)
    asked = {"only": "reactions"} if quiet else {}
    context = {
        "notices": page.items,
        "quiet": quiet,
        "unread": any(one.unread for one in page.items),
        "more": "?" + urlencode({**asked, "after": page.next}) if page.next else "",
    }
    return show(request, "reach/notices.html", "more" if after else None, context)


@require_POST
@signed_in
def read(request: PersonRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.mark_notices_read(actor=request.person)
    messages.success(request, _("Everything is read."))
    return redirect("reach:notices")


@require_GET
@signed_in
def open_one(request: PersonRequest, pk: int) -> HttpResponse:
    """Go where a notice leads; it counts as read from then on."""
    return redirect(actions.open_notice(actor=request.person, pk=min(pk, BIG)))


@require_POST
@signed_in
def mute(request: PersonRequest, pk: int) -> HttpResponse:
    """Hear no more of what a notice is about, or of everything like it."""
    if pk > BIG:
        raise NoticeNotFound
    actions.mute_notice(actor=request.person, pk=pk, way=request.POST.get("way", ""))
    messages.success(request, _("You hear no more of this, until you change it here."))
    return redirect("reach:notices")
