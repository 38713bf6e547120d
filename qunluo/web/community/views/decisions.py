"""What was decided about me here, by whom and why, and saying that it was wrong."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import get_community
from qunluo.governance import actions, queries
from qunluo.governance.errors import MeasureNotFound
from qunluo.web.community.forms import AppealForm
from qunluo.web.community.views.joining import application_at
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.governance.models import Measure


@require_GET
@signed_in
def decisions(request: PersonRequest, slug: str) -> HttpResponse:
    """Show every decision about me in this community."""
    community = get_community(slug, viewer=request.person)
    context = {
        "community": community,
        "measures": queries.own_measures(request.person, community),
        "appeals": queries.own_appeals(request.person, community),
    }
    return show(request, "community/decisions.html", None, context)


@require_http_methods(["GET", "POST"])
@signed_in
def decision(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show one decision, also to someone who was removed, and take their appeal."""
    measure = queries.get_measure(pk, viewer=request.person)
    if measure.community.slug != slug:
        raise MeasureNotFound
    form = AppealForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "measure": measure, **form.cleaned_data}
        if carry_out(form, lambda: actions.file_appeal(**said)):
            messages.success(request, _("Your appeal is filed. Someone else will judge it."))
            return redirect("community:decision", slug=slug, pk=pk)
    context = {
        "community": measure.community,
        "measure": measure,
        "appeal": _appeal_of(measure),
        "form": form,
        "own": measure.person_id == request.person.pk,
    }
    return show(
        request, "community/decision.html", None, context, status=422 if form.errors else 200
    )


def _appeal_of(measure: "Measure") -> object:
    return getattr(measure, "appeal", None)


@require_POST
@signed_in
def appeal_refusal(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Appeal against a refused application."""
    application = application_at(request, slug, pk)
    actions.file_appeal(
        actor=request.person, application=application, text=request.POST.get("text", "")
    )
    messages.success(request, _("Your appeal is filed. Someone else will judge it."))
    return redirect("community:application", slug=slug, pk=pk)
