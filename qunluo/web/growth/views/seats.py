"""Giving a seat of the first hundred to somebody who is a member already."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qunluo.community.queries import get_membership, members
from qunluo.growth import actions, queries
from qunluo.people.queries import get_person
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.growth.pages import show_page

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.growth.models import FoundingContact

MANAGE = "invitations.manage"
SHOWN = 20  # a search finds all others
LISTS = {"founding": "growth:founding", "kol": "growth:kol"}


@require_http_methods(["GET", "POST"])
@signed_in
def seat(request: PersonRequest, slug: str, kind: str = "founding") -> HttpResponse:
    """Look for a member, and give them the next free seat; a contact may be who it is."""
    community = desk_of(request, slug, MANAGE)
    contact = _contact(request, community)
    if request.method == "POST":
        member = get_membership(get_person(handle=request.POST.get("member", "")), community)
        seated = actions.seat_member(
            actor=request.person, membership=member, kind=kind, contact=contact
        )
        told = {"name": member.person.name, "n": seated.seat}
        messages.success(request, _("%(name)s has seat %(n)s.") % told)
        return redirect(LISTS[kind], slug=slug)
    q = request.GET.get("q", contact.name if contact else "").strip()
    found = members(community, viewer=request.person, filters={"q": q} if q else {}, limit=SHOWN)
    seated_here = queries.seat_numbers(community, [card.person.pk for card in found.items], kind)
    context = {
        "contact": contact,
        "kind": kind,
        "q": q,
        "cards": found.items,
        "seats": seated_here,
        "progress": queries.progress(community, kind),
    }
    return show_page(request, community, "seat.html", context)


def _contact(request: PersonRequest, community: "Community") -> "FoundingContact | None":
    """Return the contact of the list that the member is, when one was named."""
    said = request.POST.get("contact") or request.GET.get("contact") or ""
    if not said.isdecimal():
        return None
    return queries.get_contact(community, int(said), viewer=request.person)
