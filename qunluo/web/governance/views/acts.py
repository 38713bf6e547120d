"""The log of acts: what was done for each value, linked by who saw it."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import accepted_rules, get_community, get_membership, require_member
from qunluo.conversation import actions as talk
from qunluo.conversation.errors import ThreadNotFound
from qunluo.governance import actions, queries
from qunluo.governance.errors import ActNotFound, InvalidAct, VoteNotFound
from qunluo.people.queries import get_person
from qunluo.web.conversation.views.threads import BIG, post_at
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.governance.forms import ActForm, ActRemovalForm

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.governance.models import Act
    from qunluo.governance.queries import ActView


@require_GET
@signed_in
def acts(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what was done for each value, the newest first; untouched values stand out."""
    community = get_community(slug, viewer=request.person)
    value, after = request.GET.get("value", "")[:60], request.GET.get("after")
    page = queries.acts(community, viewer=request.person, value=value, after=after)
    asked = {"value": value} if value else {}
    context = {
        "community": community,
        "counts": queries.value_counts(community),
        "quiet_days": queries.QUIET.days,
        "acts": page.items,
        "value": value,
        "more": "?" + urlencode({**asked, "after": page.next}) if page.next else "",
    }
    return show(request, "governance/acts.html", "more" if after else None, context)


def _about(community: "Community", request: PersonRequest) -> str:
    """Return the address of what an act is about; pages say thread and place in short."""
    about = request.GET.get("about", "")[:300]
    short = re.fullmatch(r"(\d{1,9})\.(\d{1,9})", about, re.ASCII)
    if not short:
        return about
    return f"{url('talk:thread', slug=community.slug, number=short[1])}#p{short[2]}"


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: PersonRequest, slug: str) -> HttpResponse:
    """Link something that happened to a value."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    values = queries.values_of(community)
    begun = {"about": _about(community, request), "value": request.GET.get("value", "")}
    form = ActForm(posted(request), values=values, initial=begun)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if made := carry_out(form, lambda: _link(request, community, **said)):
            messages.success(request, _("It stands in the log. Thank you for having seen it."))
            return redirect(f"{url('order:acts', slug=slug)}#a{made.pk}")
    context = {"community": community, "form": form, "values": values}
    status = 422 if form.errors else 200
    return show(request, "governance/act_new.html", None, context, status=status)


@require_POST
@signed_in
def second(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Stand behind an act, or no longer."""
    view = _view(request, slug, pk)
    done = actions.unsecond_act if "back" in request.POST else actions.second_act
    done(actor=request.person, act=view.act)
    return redirect(f"{url('order:acts', slug=slug)}#a{pk}")


@require_POST
@signed_in
def withdraw(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take an act out of the log that one wrote down or that is about oneself."""
    view = _view(request, slug, pk)
    actions.withdraw_act(actor=request.person, act=view.act)
    messages.success(request, _("It no longer stands in the log."))
    return redirect("order:acts", slug=slug)


@require_http_methods(["GET", "POST"])
@signed_in
def remove(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take what somebody wrote in the log away under a rule; they can appeal."""
    view = _view(request, slug, pk)
    if not view.may_moderate:
        raise ActNotFound
    writer = get_person(pk=view.act.linked_by_id)
    accepted = accepted_rules(get_membership(writer, view.act.community))
    rules = [(str(rule["id"]), str(rule["title"])) for rule in accepted]
    form = ActRemovalForm(posted(request), rules=rules)
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "act": view.act, **form.cleaned_data}
        if carry_out(form, lambda: actions.remove_act(**said)):
            messages.success(request, _("Done. Who wrote it can read the reason and appeal."))
            return redirect("order:acts", slug=slug)
    context = {"community": view.act.community, "view": view, "form": form}
    status = 422 if form.errors else 200
    return show(request, "governance/act_remove.html", None, context, status=status)


def _view(request: PersonRequest, slug: str, pk: int) -> "ActView":
    community = get_community(slug, viewer=request.person)
    view = queries.get_act(min(pk, BIG), viewer=request.person)
    if view.act.community_id != community.pk:
        raise ActNotFound
    return view


def _link(
    request: PersonRequest, community: "Community", *, about: str, value: str, sentence: str
) -> "Act":
    """Link what an address means, as far as the viewer reads it; InvalidAct."""
    given: dict[str, Any] = {"actor": request.person, "value": value, "sentence": sentence}
    meant = queries.read_about(about)
    try:
        if meant and meant[0] == "vote":
            found = queries.get_vote(min(meant[1], BIG), viewer=request.person).vote
            if found.community_id == community.pk:
                return actions.link_vote(vote=found, **given)
        elif meant:
            post = post_at(request, community, min(meant[1], BIG), meant[2])
            return talk.link_post(post=post, **given)
    except (ThreadNotFound, VoteNotFound):
        pass
    raise InvalidAct(fields={"about": [_("There is nothing at this address that you can read.")]})
