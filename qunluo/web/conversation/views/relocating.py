"""Bringing a thread into another space, and taking posts out into one of their own."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qunluo.community.queries import get_community, require, require_member
from qunluo.conversation import actions, queries
from qunluo.web.conversation.forms import RelocateForm, SplitForm
from qunluo.web.conversation.views.threads import BIG, place_in
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.models import Space, Thread

MODERATE, SHOWN = "posts.moderate", 100


@require_http_methods(["GET", "POST"])
@signed_in
def relocate(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Choose the space that a thread goes into; what would let others read it is asked for."""
    community = get_community(slug, viewer=request.person)
    thread = queries.get_thread(community, min(number, BIG), viewer=request.person)
    require_member(request.person, community)
    if thread.author_id != request.person.pk:
        require(request.person, community, MODERATE)
    spaces = [one for one in _spaces(request, community) if one.pk != thread.space_id]
    form = RelocateForm(posted(request), spaces=spaces)
    if request.method == "POST" and form.is_valid():
        said = _said(form, spaces)
        given: dict[str, Any] = {"actor": request.person, "thread": thread, **said}
        if carry_out(form, lambda: actions.relocate_thread(**given)):
            messages.success(request, _("It stands there now, under the same number."))
            return redirect("talk:thread", slug=slug, number=thread.number)
    return _page(request, "relocate", community, thread, form)


@require_http_methods(["GET", "POST"])
@signed_in
def split(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Choose the posts that become a thread of their own; each leaves a sign where it stood."""
    community = get_community(slug, viewer=request.person)
    thread = queries.get_thread(community, min(number, BIG), viewer=request.person)
    require_member(request.person, community)
    posts, window = _takeable(request, community, thread)
    spaces = _spaces(request, community)
    form = SplitForm(
        posted(request), spaces=spaces, places=[post.place for post in posts],
        initial={"space": thread.space.slug},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = _said(form, spaces)
        places = [int(place) for place in form.cleaned_data["places"]]
        given: dict[str, Any] = {
            "actor": request.person, "thread": thread, "places": places,
            "title": form.cleaned_data["title"], **said,
        }  # fmt: skip
        if made := carry_out(form, lambda: actions.split_thread(**given)):
            messages.success(request, _("They stand in a thread of their own now."))
            return redirect("talk:thread", slug=slug, number=made.number)
    chosen = set(request.POST.getlist("places") or [request.GET.get("from", "")])
    here = url("talk:split", slug=slug, number=thread.number)
    later = f"{here}?after={window.after}" if window.after else ""
    more = {"posts": posts, "chosen": chosen, "later": later}
    return _page(request, "split", community, thread, form, **more)


def _takeable(
    request: PersonRequest, community: "Community", thread: "Thread"
) -> tuple[list[queries.PostView], queries.ThreadWindow]:
    """Return the posts of a part of the thread that this person may take out."""
    # A form that was sent is judged by the posts it showed.
    after = place_in(request.POST.get("after") or request.GET.get("after"))
    window = queries.read_thread(
        community, thread.number, viewer=request.person, after=after, limit=SHOWN
    )
    first = 0 if thread.kind == "chat" else 1
    posts = [
        post for post in window.posts
        if not post.removed and post.place > first and (post.own or window.may_moderate)
    ]  # fmt: skip
    return posts, window


def _spaces(request: PersonRequest, community: "Community") -> "list[Space]":
    """Return the spaces that take threads and in which this person may write."""
    found = queries.spaces(community, viewer=request.person)
    return [card.space for card in found if card.opens or not card.type.room]


def _said(form: RelocateForm, spaces: "list[Space]") -> dict[str, Any]:
    given = form.cleaned_data
    space = next(one for one in spaces if one.slug == given["space"])
    return {"space": space, "confirm": given["confirm"]}


def _page(
    request: PersonRequest, name: str, community: "Community", thread: "Thread", form: RelocateForm,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    context = {
        "community": community, "thread": thread, "form": form,
        "back": url("talk:thread", slug=community.slug, number=thread.number), **more,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return show(request, f"conversation/{name}.html", None, context, status=status)
