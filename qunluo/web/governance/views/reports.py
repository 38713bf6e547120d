"""Reporting a post, a thread or a person, and what came of one's reports."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.community.queries import (
    current_rules,
    get_community,
    get_membership,
    require,
    require_member,
)
from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.conversation.errors import PostGone
from qunluo.governance import actions, queries
from qunluo.governance.errors import OwnThing
from qunluo.people.queries import get_person
from qunluo.web.conversation.views.threads import BIG, post_at
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.governance.forms import ReportForm

if TYPE_CHECKING:
    from qunluo.community.models import Community


@require_http_methods(["GET", "POST"])
@signed_in
def post(request: PersonRequest, slug: str, number: int, place: int) -> HttpResponse:
    """Report one post."""
    community = get_community(slug, viewer=request.person)
    found = post_at(request, community, number, place)
    _standing(request, community, found.author_id)
    if found.removed_at:
        raise PostGone
    back = f"{url('talk:thread', slug=slug, number=number)}?at={place}#p{place}"
    context = {"author": found.author, "quoted": found.html, "back": back}
    return _report(
        request, community, context,
        lambda said: talk.report_post(actor=request.person, post=found, **said),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def thread(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Report a thread as a whole."""
    community = get_community(slug, viewer=request.person)
    found = talking.get_thread(community, min(number, BIG), viewer=request.person)
    _standing(request, community, found.author_id)
    context = {"author": get_person(pk=found.author_id), "about": found.title or found.excerpt,
               "back": url("talk:thread", slug=slug, number=number)}  # fmt: skip
    return _report(
        request, community, context,
        lambda said: talk.report_thread(actor=request.person, thread=found, **said),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def person(request: PersonRequest, slug: str, handle: str) -> HttpResponse:
    """Report how somebody behaves."""
    community = get_community(slug, viewer=request.person)
    require(request.person, community, "members.view")
    found = get_person(handle=handle)
    get_membership(found, community)
    _standing(request, community, found.pk)
    back = url("community:member", slug=slug, handle=handle)
    target = actions.Target(type="person", id=found.pk, author=found, path=back)
    return _report(
        request, community, {"author": found, "back": back},
        lambda said: actions.file_report(
            actor=request.person, community=community, target=target, **said
        ),
    )  # fmt: skip


@require_GET
@signed_in
def own(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what I reported here and what came of it."""
    community = get_community(slug, viewer=request.person)
    found = queries.own_reports(request.person, community)
    context = {"community": community, "reports": found}
    return show(request, "governance/reports.html", None, context)


def _standing(request: PersonRequest, community: "Community", author_id: int) -> None:
    require_member(request.person, community)
    if author_id == request.person.pk:
        raise OwnThing


def _report(
    request: PersonRequest,
    community: "Community",
    context: dict[str, Any],
    act: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    current = current_rules(community)
    form = ReportForm(posted(request), rules=current.rules if current else [])
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if carry_out(form, lambda: act(said)):
            messages.success(
                request, _("Thank you. Somebody who is not part of it decides, and you will hear.")
            )
            return redirect("order:reports", slug=community.slug)
    shown = {"community": community, "form": form, "quoted": "", "about": "", **context}
    return show(request, "governance/report.html", None, shown, status=422 if form.errors else 200)
