"""Who wants to come in, and deciding it."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community import actions, queries
from qunluo.community.errors import ApplicationNotFound
from qunluo.people.queries import profile_for
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of, show_desk
from qunluo.web.desk.forms import DecisionForm

if TYPE_CHECKING:
    from qunluo.community.models import Application

STATES = ("waiting", "accepted", "refused", "withdrawn")


@require_GET
@signed_in
def applications(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the applications in a state, those that wait at first."""
    community = desk_of(request, slug, "members.admit")
    asked = request.GET.get("state", "")
    state = asked if asked in STATES else "waiting"
    after = request.GET.get("after")
    page = queries.applications(community, viewer=request.person, state=state, after=after)
    context = {
        "state": state,
        "page": page,
        "rate": queries.acceptance_rate(community),
        "more": f"?state={state}&after={page.next}" if page.next else "",
    }
    return show_desk(request, community, "applications.html", context, "more" if after else None)


@require_http_methods(["GET", "POST"])
@signed_in
def application(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show an application with the person behind it, and take the decision."""
    asked = application_at(request, slug, pk)
    form = DecisionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "application": asked, **form.cleaned_data}
        if carry_out(form, lambda: actions.decide_application(**said)):
            messages.success(request, _("Decided. The person can read it, with the reason."))
            return redirect("desk:applications", slug=slug)
    context = {
        "application": asked,
        "profile": profile_for(asked.person, request.person),
        "terms": queries.entry_terms(asked.community),
        "form": form,
    }
    status = 422 if form.errors else 200
    return show_desk(request, asked.community, "application.html", context, status=status)


@require_POST
@signed_in
def verify(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Note that what the applicant says about the criterion was checked."""
    asked = application_at(request, slug, pk)
    verified = request.POST.get("verified") == "1"
    actions.verify_criterion(actor=request.person, application=asked, verified=verified)
    return redirect("desk:application", slug=slug, pk=pk)


def application_at(request: PersonRequest, slug: str, pk: int) -> "Application":
    """Return an application to this very community for who decides here."""
    community = desk_of(request, slug, "members.admit")
    asked = queries.get_application(pk, viewer=request.person)
    if asked.community_id != community.pk:
        raise ApplicationNotFound
    return asked
