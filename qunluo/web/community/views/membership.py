"""Being a member: the rules, the label, a pledge, what one may do, and leaving."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community import actions, queries
from qunluo.conversation.queries import talks
from qunluo.governance.queries import moderation_counts
from qunluo.kernel.errors import Invalid
from qunluo.web.community.forms import LeaveForm, PledgeForm
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show


@require_http_methods(["GET", "POST"])
def rules(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the rules to everyone; a member accepts the current ones here."""
    community = queries.get_community(slug, viewer=request.person)
    member = queries.membership_of(request.person, community)
    if request.method == "POST":
        member = queries.get_membership(request.person, community)
        said = request.POST.get("number", "")
        number = int(said) if said.isdecimal() else 0
        actions.accept_rules(actor=request.person, membership=member, number=number)
        messages.success(request, _("Thank you. You have accepted the current rules."))
        return redirect("community:home", slug=slug)
    suspended = member is not None and queries.is_suspended(member)
    context = {
        "community": community,
        "rules": queries.current_rules(community),
        "state": queries.rules_state(member) if member and not suspended else None,
        "counts": moderation_counts(community),
    }
    return show(request, "community/rules.html", None, context)


@require_POST
@signed_in
def label(request: PersonRequest, slug: str) -> HttpResponse:
    """Say of the community's label: I have it, I want it, or neither."""
    community = queries.get_community(slug, viewer=request.person)
    member = queries.get_membership(request.person, community)
    claim = request.POST.get("claim", "")
    actions.claim_label(actor=request.person, membership=member, claim=claim)
    context = {
        "community": community,
        "member": member,
        "label": queries.entry_terms(community).label,
    }
    if request.htmx:
        return show(request, "community/label.html", "label", context)
    return redirect("community:home", slug=slug)


@require_POST
@signed_in
def pledge(request: PersonRequest, slug: str) -> HttpResponse:
    """Pledge a counted act, or take the pledge back."""
    community = queries.get_community(slug, viewer=request.person)
    asked: dict[str, Any] = {"actor": request.person, "community": community}
    if "withdraw" in request.POST:
        actions.withdraw_pledge(**asked)
        messages.success(request, _("Your pledge is taken back."))
        return redirect("community:home", slug=slug)
    queries.require_member(request.person, community)
    change = queries.change_wanted(community)
    form = PledgeForm(request.POST, acts=change.acts if change else ())
    if not form.is_valid():
        raise Invalid(
            fields={name: [str(line) for line in said] for name, said in form.errors.items()}
        )
    actions.pledge(**asked, **form.cleaned_data)
    messages.success(request, _("Your pledge counts. Thank you."))
    return redirect("community:home", slug=slug)


@require_GET
def may(request: PersonRequest, slug: str) -> HttpResponse:
    """Explain what the viewer may do here, why, and who could change it."""
    community = queries.get_community(slug, viewer=request.person)
    context = {
        "community": community,
        "explanations": queries.explain_permissions(request.person, community),
        "standing": queries.standing(request.person, community),
    }
    return show(request, "community/may.html", None, context)


@require_http_methods(["GET", "POST"])
@signed_in
def leave(request: PersonRequest, slug: str) -> HttpResponse:
    """Say what leaving means, offer the own data first, and let go without fuss."""
    community = queries.get_community(slug, viewer=request.person)
    member = queries.get_membership(request.person, community)
    form = LeaveForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "membership": member, **form.cleaned_data}
        if carry_out(form, lambda: actions.leave(**said)):
            told = _("You have left %(name)s. Go well.") % {"name": community.name}
            messages.success(request, told)
            return redirect("core:home")
    standing = queries.standing(request.person, community)
    roles = [role for name, role in queries.roles().items() if name in standing.roles]
    context = {
        "community": community,
        "member": member,
        "form": form,
        "roles": roles,
        "talks": len(talks(community, viewer=request.person)),
        "held": community in queries.sole_ownerships(request.person),
    }
    return show(request, "community/leave.html", None, context, status=422 if form.errors else 200)
