"""Measures under the rules, and the appeals against them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.community import queries as communities
from qunluo.governance import actions, queries
from qunluo.governance.errors import AppealNotFound
from qunluo.kernel.clock import now
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of, show_desk
from qunluo.web.desk.forms import AppealDecisionForm, MeasureForm
from qunluo.web.desk.views.record import membership_at

if TYPE_CHECKING:
    from qunluo.community.models import Membership
    from qunluo.governance.models import Measure


@require_http_methods(["GET", "POST"])
@signed_in
def take(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Warn, suspend or remove a member under a rule they accepted."""
    membership = membership_at(request, slug, pk)
    communities.require(request.person, membership.community, "members.remove")
    form = MeasureForm(posted(request), rules=_rules(membership))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if carry_out(form, lambda: _take(request, membership, said)):
            messages.success(request, _("Done. The member can read the reason and appeal."))
            return redirect("desk:member", slug=slug, pk=pk)
    context = {"membership": membership, "form": form}
    status = 422 if form.errors else 200
    return show_desk(request, membership.community, "measure.html", context, status=status)


@require_GET
@signed_in
def appeals(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the appeals that wait, and what was decided before."""
    community = desk_of(request, slug)
    ask: dict[str, Any] = {"viewer": request.person}
    context = {
        "waiting": queries.appeals(community, **ask).items,
        "granted": queries.appeals(community, **ask, state="granted", limit=20).items,
        "dismissed": queries.appeals(community, **ask, state="dismissed", limit=20).items,
        "counts": queries.moderation_counts(community),
    }
    return show_desk(request, community, "appeals.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def appeal(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show an appeal, and take the judgement of somebody who did not decide before."""
    community = desk_of(request, slug)
    found = queries.get_appeal(pk, viewer=request.person)
    if found.community_id != community.pk:
        raise AppealNotFound
    form = AppealDecisionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "appeal": found, **form.cleaned_data}
        if carry_out(form, lambda: actions.decide_appeal(**said)):
            messages.success(request, _("Decided. The person can read it, with the reason."))
            return redirect("desk:appeals", slug=slug)
    context = {
        "appeal": found,
        "against": queries.against(found),
        "may_judge": queries.may_judge(request.person, found),
        "form": form,
    }
    status = 422 if form.errors else 200
    return show_desk(request, community, "appeal.html", context, status=status)


def _rules(membership: "Membership") -> list[tuple[str, str]]:
    accepted = communities.accepted_rules(membership)
    return [(rule["id"], rule["title"]) for rule in accepted]


def _take(request: PersonRequest, membership: "Membership", said: dict[str, Any]) -> "Measure":
    about: dict[str, Any] = {
        "actor": request.person,
        "membership": membership,
        "rule_id": said["rule_id"],
        "reason": said["reason"],
    }
    if said["kind"] == "suspend":
        return actions.suspend_member(**about, until=now() + timedelta(days=said["days"]))
    if said["kind"] == "remove":
        return actions.remove_member(**about)
    return actions.warn_member(**about)
