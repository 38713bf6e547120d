"""Muting and blocking people, and the list of whom one keeps away from."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.governance import actions, queries
from qunluo.governance.errors import NoDistance
from qunluo.people.queries import get_person
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show


@require_GET
@signed_in
def kept(request: PersonRequest) -> HttpResponse:
    """Show whom I have muted or blocked."""
    context = {"distances": queries.distances(request.person)}
    return show(request, "governance/distances.html", None, context)


@require_http_methods(["GET", "POST"])
@signed_in
def keep(request: PersonRequest, handle: str) -> HttpResponse:
    """Say what muting and blocking somebody means, and do it or take it back."""
    other = get_person(handle=handle)
    if other.pk == request.person.pk:
        raise NoDistance
    if request.method == "POST":
        done = request.POST.get("do")
        if done == "block":
            actions.block(actor=request.person, other=other)
            messages.success(request, _("You and %(name)s keep away.") % {"name": other.name})
        elif done == "mute":
            actions.mute(actor=request.person, other=other)
            messages.success(request, _("You hear nothing of %(name)s now.") % {"name": other.name})
        else:
            actions.end_distance(actor=request.person, other=other)
            messages.success(request, _("Nothing stands between you any more."))
        return redirect("order:distances")
    context = {"other": other, "now": queries.distance_to(request.person, other.pk)}
    return show(request, "governance/distance.html", None, context)
