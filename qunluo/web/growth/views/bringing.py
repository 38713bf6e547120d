"""Who brings whom, and giving somebody more places."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qunluo.community.queries import get_community, get_membership, require
from qunluo.growth import actions, queries
from qunluo.people.queries import get_person
from qunluo.web.core.forms import carry_out
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.growth.forms import PlacesForm
from qunluo.web.growth.pages import status_of

if TYPE_CHECKING:
    from qunluo.community.models import Community

MANAGE = "invitations.manage"

PAGE = 14


@require_GET
@signed_in
def inviters(request: PersonRequest, slug: str) -> HttpResponse:
    """Show who invited, who came by them, and how many places they have left."""
    return _show(request, get_community(slug, viewer=request.person))


@require_POST
@signed_in
def places(request: PersonRequest, slug: str, handle: str) -> HttpResponse:
    """Let a member give more places than the others."""
    community = get_community(slug, viewer=request.person)
    require(request.person, community, MANAGE)
    member = get_membership(get_person(handle=handle), community)
    form = PlacesForm(request.POST)
    said: dict[str, Any] = {
        "actor": request.person,
        "community": community,
        "person": member.person,
    }
    if form.is_valid():
        carry_out(form, lambda: actions.raise_allowance(**said, **form.cleaned_data))
    if form.errors:
        return _show(request, community, handle, form)
    quota = queries.allowance_of(member.person, community).quota
    told = _("%(name)s may give %(n)s places now.") if quota is not None else _("Saved.")
    messages.success(request, told % {"name": member.person.name, "n": quota})
    return redirect("growth:inviters", slug=slug)


def _show(
    request: PersonRequest,
    community: "Community",
    handle: str = "",
    refused: PlacesForm | None = None,
) -> HttpResponse:
    said = request.GET.get("after", "")
    start = int(said) if said.isdecimal() and len(said) < len("10000") else 0
    every = queries.inviters(community, viewer=request.person, limit=PAGE + 1, start=start)
    found = every[:PAGE]
    context = {
        "community": community,
        "found": found,
        "more": f"?after={start + PAGE}" if len(every) > PAGE else "",
        "forms": {
            one.person.handle: refused
            if refused and one.person.handle == handle
            else PlacesForm(initial={"extra": one.extra}, auto_id=f"id_{one.person.handle}_%s")
            for one in found
        },
        "refused": handle,
        "usual": queries.policy_of(community).member_quota,
    }
    status = status_of(refused) if refused else 200
    return show(request, "growth/inviters.html", None, context, status=status)
