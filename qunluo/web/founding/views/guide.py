"""The founding guide: an overview, one page per step, and the door as it would look."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community import actions, queries
from qunluo.community.errors import DraftMovedOn, GoalIncomplete
from qunluo.growth import queries as growth
from qunluo.web.community.views.door import door_of
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import partial, show
from qunluo.web.founding.answers import read, shown

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.community.queries import Guide, StepPage


@require_GET
@signed_in
def guide(request: PersonRequest, slug: str) -> HttpResponse:
    """Show how far the charter is, what comes next, and the link to bring people in."""
    community = queries.get_community(slug, viewer=request.person)
    found = queries.guide(community, request.person)
    context = {
        "community": community,
        "guide": found,
        "form": queries.charter_form(),
        "next": _next(found),
        "link": _link(request, community),
        "goal": queries.operating_goal(community),
    }
    return show(request, "founding/guide.html", None, context)


def _next(guide: "Guide") -> Any:
    """Return the step to go on with: the first unfinished one, the quick ones before the rest."""
    left = [step for step in guide.steps if step.state != "done"]
    return next((step for step in left if step.step.quick), left[0] if left else None)


def _link(request: PersonRequest, community: "Community") -> str:
    """Return a link of this founder that still lets people in."""
    own = growth.invitations(community, viewer=request.person, limit=10).items
    live = [one for one in own if one.kind == "member" and growth.state_of(one) == "live"]
    return growth.invitation_url(live[0]) if live else ""


@require_GET
@signed_in
def preview(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the door as strangers would see it with the draft."""
    community = queries.get_community(slug, viewer=request.person)
    draft = queries.preview_charter(community, request.person)
    return show(request, "founding/preview.html", None, door_of(request, community, draft))


@require_http_methods(["GET", "POST"])
@signed_in
def step(request: PersonRequest, slug: str, step: str) -> HttpResponse:
    """Ask the questions of one step, and keep what is answered."""
    community = queries.get_community(slug, viewer=request.person)
    page = queries.step_page(community, request.person, step)
    if request.method == "POST" and not page.locked:
        return _save(request, community, page)
    return _ask(request, community, page, page.values)


def _save(request: PersonRequest, community: "Community", page: "StepPage") -> HttpResponse:
    typed = read(page.fields, request.POST)
    try:
        saved = actions.save_charter_step(
            actor=request.person,
            community=community,
            step=page.step.id,
            values=typed,
            token=request.POST.get("token") or None,
        )
    except DraftMovedOn as moved:
        return _ask(request, community, page, typed, theirs=moved.theirs)
    if partial(request):
        context = {"token": saved.token, "problems": _said(saved.problems)}
        return show(request, "founding/saved.html", "saved", context)
    if saved.problems:
        fresh = queries.step_page(community, request.person, page.step.id)
        again = {**saved.values, **{name: typed[name] for name in saved.problems if name in typed}}
        return _ask(request, community, fresh, again, problems=_said(saved.problems))
    return redirect(_after(request, community, page))


def _after(request: PersonRequest, community: "Community", page: "StepPage") -> str:
    """Return where saving leads: on, back to the overview, or here again for more rows."""
    fresh = queries.step_page(community, request.person, page.step.id)
    base = f"/c/{community.slug}/guide/"
    if request.POST.get("then") == "stay":
        return f"{base}{page.step.id}/"
    if request.POST.get("then") == "close" or fresh.following is None:
        return base
    return f"{base}{fresh.following.id}/"


def _said(problems: Any) -> dict[str, list[str]]:
    return {name: [problem.say(_) for problem in found] for name, found in problems.items()}


def _ask(
    request: PersonRequest,
    community: "Community",
    page: "StepPage",
    values: Any,
    *,
    problems: dict[str, list[str]] | None = None,
    theirs: Any = None,
) -> HttpResponse:
    found = queries.guide(community, request.person)
    places = [one.step.id for one in found.steps]
    context = {
        "community": community,
        "page": page,
        "shown": {f.id: shown(f, values.get(f.id)) for f in page.fields},
        "problems": problems or {},
        "theirs": theirs,
        "held": found.draft.values.get("meaning", {}).get("values", []),
        "place": places.index(page.step.id) + 1 if page.step.id in places else 0,
        "count": len(places),
        "readiness": found.readiness if page.step.id == "readiness" else None,
        "notes": found.behaviour.notes,
        "goal": queries.operating_goal(community) if page.step.id == "goal" else None,
        "goal_lacks": _lacks(page),
    }
    status = 409 if theirs is not None else 422 if problems else 200
    return show(request, "founding/step.html", None, context, status=status)


def _lacks(page: "StepPage") -> list[Any]:
    """Return the labels of what a step still needs, as it is saved."""
    return [f.label for f in page.fields if f.required and page.values.get(f.id) in (None, "", [])]


@require_POST
@signed_in
def confirm_goal(request: PersonRequest, slug: str) -> HttpResponse:
    """Lock the one goal; what is missing is said beside the fields."""
    community = queries.get_community(slug, viewer=request.person)
    try:
        actions.confirm_goal(actor=request.person, community=community)
    except GoalIncomplete as error:
        page = queries.step_page(community, request.person, "goal")
        return _ask(request, community, page, page.values, problems=error.say_fields(_))
    messages.success(request, _("The goal is confirmed. From here on the methods are free."))
    return redirect("founding:step", slug=slug, step="goal")
