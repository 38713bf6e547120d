"""The invitations that somebody made: making, sharing, taking back."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import get_community
from qunluo.growth import actions, queries
from qunluo.growth.errors import InvitationNotFound, InvitationRevoked
from qunluo.people.queries import person_card
from qunluo.web.core.belonging import may
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.growth.forms import InvitationForm
from qunluo.web.growth.pages import status_of

if TYPE_CHECKING:
    from qunluo.growth.models import Invitation


@require_http_methods(["GET", "POST"])
@signed_in
def invitations(request: PersonRequest, slug: str) -> HttpResponse:
    """Show my invitations and make a new one; who manages them sees everybody's."""
    community = get_community(slug, viewer=request.person)
    form = InvitationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "community": community, "channel": "link"}
        if made := carry_out(form, lambda: actions.create_invitation(**said, **form.cleaned_data)):
            return redirect("growth:share", slug=slug, pk=made.pk)
    everybody = "all" in request.GET and may(request, community, "invitations.manage")
    ask: dict[str, Any] = {
        "viewer": request.person,
        "everybody": everybody,
        "after": request.GET.get("after"),
    }
    context = {
        "community": community,
        "form": form,
        "found": queries.invitations(community, **ask),
        "everybody": everybody,
        "brought": queries.brought_by_one(request.person, community),
        "manages": may(request, community, "invitations.manage"),
        "allowance": queries.allowance_of(request.person, community),
        "state_of": queries.state_of,
        "days": queries.policy_of(community).invitation_days,
    }
    return show(request, "growth/invitations.html", None, context, status=status_of(form))


def _own(request: PersonRequest, slug: str, pk: int) -> "Invitation":
    """Return an invitation to this very community for who may see it."""
    found = queries.get_invitation(pk, viewer=request.person)
    if found.community.slug != slug:
        raise InvitationNotFound
    return found


@require_GET
@signed_in
def share(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show one invitation as link, code and poster, and who came by it."""
    invitation = _own(request, slug, pk)
    people = person_card(queries.who_came_by(invitation))
    context = {
        "community": invitation.community,
        "invitation": invitation,
        "state": queries.state_of(invitation),
        "link": queries.invitation_url(invitation),
        "came": list(people.values()),
    }
    return show(request, "growth/share.html", None, context)


@require_POST
@signed_in
def revoke(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take an invitation back; the second click of a double one finds it done."""
    invitation = _own(request, slug, pk)
    with suppress(InvitationRevoked):
        actions.revoke_invitation(actor=request.person, invitation=invitation)
    messages.success(request, _("The invitation is taken back. Nobody can come by it any more."))
    return redirect("growth:invitations", slug=slug)
