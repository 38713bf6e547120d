"""The spaces of a community, and the threads of one."""

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qunluo.community.queries import get_community
from qunluo.conversation import actions, queries
from qunluo.web.conversation.pieces import thread_row
from qunluo.web.conversation.views.chat import room
from qunluo.web.core.belonging import is_member, know, may
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.say import Moments
from qunluo.web.core.show import show
from qunluo.web.core.visitors import same_for_visitors

if TYPE_CHECKING:
    from qunluo.conversation.models import Space

THREADS, NEW, TOPICS = 15, 8, 12


@require_GET
def spaces(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the spaces that the viewer sees, and what is new in them."""
    community = get_community(slug, viewer=request.person)
    found = queries.spaces(community, viewer=request.person)
    context: dict[str, Any] = {"community": community, "spaces": found, "new": [], "drafts": 0,
                               "talks": 0}  # fmt: skip
    if is_member(request, community):
        newest = queries.stream(
            request.person, community=community, limit=THREADS, order="newest"
        ).items
        context["new"] = [card for card in newest if card.unread][:NEW]
        context["talks"] = sum(
            one.unread for one in queries.talks(community, viewer=request.person)
        )
        context["drafts"] = sum(
            draft.space.community_id == community.pk for draft in queries.drafts(request.person)
        )
    context["topics"] = queries.topics(community, viewer=request.person, limit=TOPICS)
    context["manages"] = may(request, community, "spaces.manage")
    return show(request, "conversation/spaces.html", "fresh", context)


@require_GET
@same_for_visitors
def space(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Show the threads of a space by their last activity, or the next part of them."""
    community = get_community(slug, viewer=request.person)
    found, sight = queries.look_into(community, space, viewer=request.person)
    if queries.type_of(found.type).room:
        return room(request, community, found, sight)
    know(request, community, sight.standing)
    kind, after = request.GET.get("kind", ""), request.GET.get("after")
    settled = False if request.GET.get("open") else None
    page = queries.threads_in(found, sight, kind=kind, settled=settled, after=after, limit=THREADS)
    asked = {name: request.GET[name] for name in ("kind", "open") if request.GET.get(name)}
    context = {
        "community": community,
        "space": found,
        "type": queries.type_of(found.type),
        "opens": sight.opens(found),
        "member": sight.member,
        "manages": "spaces.manage" in sight.permissions,
        "following": _following(request, found, member=sight.member),
        "ads": queries.ad_share(found) if found.advert_share and not after else None,
        "cards": page.items,
        "row_html": partial(thread_row, slug=slug, moments=Moments()),
        "kind": kind,
        "open": settled is False,
        "more": "?" + urlencode({**asked, "after": page.next}) if page.next else "",
    }
    return show(request, "conversation/space.html", "more" if after else "fresh", context)


@require_POST
@signed_in
def read(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Mark everything in a space as read."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_space(community, space, viewer=request.person)
    actions.mark_space_read(actor=request.person, space=found)
    messages.success(request, _("Everything here counts as read."))
    return redirect("talk:space", slug=slug, space=space)


def _following(request: PersonRequest, space: "Space", *, member: bool) -> str:
    """Return whether a member follows or mutes the space; "" for others."""
    return queries.following_of(request.person, space) if member else ""


@require_POST
@signed_in
def follow(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Hear of every new thread of a space, take it as it comes, or hear no more of it."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_space(community, space, viewer=request.person)
    following = request.POST.get("following", "")
    actions.follow_space(actor=request.person, space=found, following=following)
    said = {
        "followed": _("You follow this space: you hear of every new thread."),
        "normal": _("You take this as it comes."),
        "muted": _("You hear no more of this, until you change it here."),
    }
    messages.success(request, said[following])
    return redirect("talk:space", slug=slug, space=space)
