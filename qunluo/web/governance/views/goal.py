"""Putting another goal in place of the confirmed one to the vote."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qunluo.community.queries import get_community, goal_history, operating_goal, require
from qunluo.governance import actions, queries
from qunluo.governance.errors import NoGoalYet
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.governance.forms import GoalForm


@require_http_methods(["GET", "POST"])
@signed_in
def goal(request: PersonRequest, slug: str) -> HttpResponse:
    """Ask everybody whether the one goal changes; show every goal that counted before."""
    community = get_community(slug, viewer=request.person)
    require(request.person, community, queries.OPEN_VOTES)
    counts = operating_goal(community)
    if counts is None:
        raise NoGoalYet
    names = ("statement", "metric", "target", "due_on")
    form = GoalForm(posted(request), initial={name: getattr(counts, name) for name in names})
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "community": community, **form.cleaned_data}
        if made := carry_out(form, lambda: actions.put_goal_to_vote(**said)):
            messages.success(request, _("The vote is open. Every member has one vote."))
            return redirect("order:vote", slug=slug, pk=made.pk)
    context = {"community": community, "form": form, "history": goal_history(community)}
    status = 422 if form.errors else 200
    return show(request, "governance/goal_vote.html", None, context, status=status)
