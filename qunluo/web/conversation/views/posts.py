"""One post: changing it, taking it back or removing it under a rule, and its versions."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.community.queries import (
    accepted_rules,
    current_rules,
    get_community,
    membership_of,
    require,
    require_member,
)
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import NotYourPost, PostGone
from qunluo.web.conversation.forms import EditForm, RemoveForm
from qunluo.web.conversation.views.threads import post_at
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.conversation.models import Post


def _back(slug: str, number: int, place: int) -> str:
    return f"{url('talk:thread', slug=slug, number=number)}?at={place}#p{place}"


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: PersonRequest, slug: str, number: int, place: int) -> HttpResponse:
    """Change what one wrote; the version before is kept."""
    community = get_community(slug, viewer=request.person)
    post = post_at(request, community, number, place)
    require_member(request.person, community)
    if post.author_id != request.person.pk:
        raise NotYourPost
    if post.removed_at:
        raise PostGone
    needed = queries.kind_of(post.thread.kind).title == "needed"
    begun = {"source": post.source, "title": post.thread.title}
    form = EditForm(posted(request), titled=place == 1, needed=needed, initial=begun)
    shown = queries.render(request.POST.get("source", "")) if "preview" in request.POST else None
    if request.method == "POST" and shown is None and form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "post": post, **form.cleaned_data}
        if carry_out(form, lambda: actions.edit_post(**said)):
            return redirect(_back(slug, number, place))
    context = {"community": community, "post": post, "form": form, "preview": shown or "",
               "back": _back(slug, number, place)}  # fmt: skip
    if shown is not None:
        return show(request, "conversation/edit.html", "preview", context)
    status = 422 if form.errors else 200
    return show(request, "conversation/edit.html", None, context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def remove(request: PersonRequest, slug: str, number: int, place: int) -> HttpResponse:
    """Take one's own post back, or remove somebody's under a rule that they accepted."""
    community = get_community(slug, viewer=request.person)
    post = post_at(request, community, number, place)
    own = post.author_id == request.person.pk
    if own:
        require_member(request.person, community)
    else:
        require(request.person, community, "posts.moderate")
    form = None if own else RemoveForm(posted(request), rules=_rules(post))
    given: dict[str, Any] = {"actor": request.person, "post": post}
    if request.method == "POST" and form is None:
        actions.remove_post(**given)
        messages.success(request, _("It is taken back; its words are gone."))
        return redirect(_back(slug, number, place))
    if request.method == "POST" and form is not None and form.is_valid():
        said = form.cleaned_data
        if carry_out(form, lambda: actions.remove_post(**given, **said)):
            messages.success(request, _("The post is removed; rule and reason stand in its place."))
            return redirect(_back(slug, number, place))
    context = {"community": community, "post": post, "form": form,
               "back": _back(slug, number, place)}  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return show(request, "conversation/remove.html", None, context, status=status)


def _rules(post: "Post") -> list[dict[str, str]]:
    """Return the rules that the author of a post can be held to."""
    membership = membership_of(post.author, post.thread.community)
    if membership:
        return accepted_rules(membership)
    current = current_rules(post.thread.community)
    return current.rules if current else []


@require_GET
def history(request: PersonRequest, slug: str, number: int, place: int) -> HttpResponse:
    """Show the versions of a post, the newest first."""
    community = get_community(slug, viewer=request.person)
    post = post_at(request, community, number, place)
    if post.removed_at:
        raise PostGone
    context = {
        "community": community,
        "post": post,
        "versions": queries.revisions(post)[::-1],
        "back": _back(slug, number, place),
    }
    return show(request, "conversation/history.html", None, context)
