"""Opening and closing the doors; what is held back says why, and what opens it."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qunluo.community import actions, queries
from qunluo.community.errors import GateClosed
from qunluo.kernel.errors import Invalid
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.founding.forms import SELECTIONS, NoteForm

if TYPE_CHECKING:
    from qunluo.community.models import Community

MODES = {
    "open": "open_joining",
    "questions": "ask_questions",
    "vetting": "vet",
    "fee": "charge_fee",
}


@require_http_methods(["GET", "POST"])
@signed_in
def publish(request: PersonRequest, slug: str) -> HttpResponse:
    """Show every door with what holds it, and move the one that was asked for."""
    community = queries.get_community(slug, viewer=request.person)
    if request.method == "POST":
        queries.require(request.person, community, "community.publish")
        try:
            messages.success(request, _move(request, community))
            return redirect("founding:publish", slug=slug)
        except GateClosed as closed:
            message, next_step = closed.say(_)
            messages.warning(request, f"{message} {next_step}")
            community.refresh_from_db()
    found = queries.guide(community, request.person)
    context = {
        "community": community,
        "guide": found,
        "note": NoteForm(),
        "to_publish": found.blocking("publish"),
        "to_recruit": _held(community),
        "modes": [(mode, label, _shut(community, mode)) for mode, label in SELECTIONS],
        "version": queries.current_charter(community),
    }
    return show(request, "founding/publish.html", None, context)


def _held(community: "Community") -> list[object]:
    acts = ["recruit", *filter(None, [MODES.get(str(community.selection))])]
    return list(queries.closed_gates(community, acts))


def _shut(community: "Community", mode: str) -> list[object]:
    """Return the gates that keep a way of choosing from being chosen."""
    return list(queries.closed_gates(community, [MODES[mode]])) if mode in MODES else []


def _move(request: PersonRequest, community: "Community") -> str:
    """Do what was asked and return what to say."""
    asked: dict[str, Any] = {"actor": request.person, "community": community}
    note = request.POST.get("note", "")
    match request.POST.get("act"):
        case "publish":
            actions.publish_community(**asked, note=note)
            return _("The door is open: strangers can see it now.")
        case "charter":
            actions.publish_charter(**asked, note=note)
            return _("The new version of the charter counts from now on.")
        case "unpublish":
            actions.unpublish_community(**asked)
            return _("The door is closed to strangers. Everything stays as it is inside.")
        case "open":
            actions.open_recruitment(**asked)
            return _("New people can come in now.")
        case "close":
            actions.close_recruitment(**asked)
            return _("New people are no longer taken in at the door.")
        case "selection":
            actions.set_selection(**asked, selection=request.POST.get("selection", ""))
            return _("Newcomers are chosen this way from now on.")
        case _other:
            raise Invalid
