"""The queue of what was reported or held back, and deciding one of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.governance import actions, queries
from qunluo.governance.errors import CaseNotFound
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.governance.forms import CaseForm, outcome_labels
from qunluo.web.governance.pages import show_order


@require_GET
@signed_in
def queue(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what waits, the oldest and most reported first; or what was decided."""
    community = desk_of(request, slug)
    decided = "decided" in request.GET
    after = request.GET.get("after")
    page = queries.queue(community, viewer=request.person, decided=decided, after=after)
    context = {
        "cases": page.items,
        "decided": decided,
        "more": f"?{'decided=1&' if decided else ''}after={page.next}" if page.next else "",
        "outcomes": outcome_labels(),
        "label_of": queries.label_of,
    }
    return show_order(request, community, "queue.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def case(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show everything that was said to one thing, and take the decision."""
    community = desk_of(request, slug)
    view = queries.get_case(pk, viewer=request.person)
    if view.case.community_id != community.pk:
        raise CaseNotFound
    form = CaseForm(posted(request), outcomes=view.outcomes, rules=queries.rules_to_cite(view.case))
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "case": view.case, **form.cleaned_data}
        if carry_out(form, lambda: actions.decide_case(**said)):
            messages.success(request, _("Decided. Author and reporters hear of it."))
            return redirect("order:queue", slug=slug)
    context = {
        "view": view,
        "case": view.case,
        "form": form,
        "outcomes": outcome_labels(),
        "label": queries.label_of(view.case.category),
        "rule": queries.rule_of(view.case.category),
    }
    status = 422 if form.errors else 200
    return show_order(request, community, "case.html", context, status=status)
