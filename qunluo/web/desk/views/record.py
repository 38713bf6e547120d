"""One member as those see them who look after them."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qunluo.community import actions, queries
from qunluo.community.errors import MembershipNotFound, TagNotFound
from qunluo.governance.queries import measures_of
from qunluo.growth.queries.customers import customer_of
from qunluo.people.queries import get_person
from qunluo.web.core.belonging import may
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import show_desk
from qunluo.web.desk.forms import HostForm, NoteForm, TagForm, host_choices

if TYPE_CHECKING:
    from qunluo.community.models import Membership

MOMENTS = 30


@require_GET
@signed_in
def member(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show the record; `before` pages back in the timeline."""
    membership = membership_at(request, slug, pk)
    community = membership.community
    before = request.GET.get("before", "")
    if before.isdecimal():
        moments = queries.timeline(membership, before=int(before), limit=MOMENTS)
        return show_desk(request, community, "member.html",
                         {"membership": membership, "moments": moments}, "moments")  # fmt: skip
    record = queries.member_record(pk, viewer=request.person, moments=MOMENTS)
    close = [one.pk for one in queries.close_care(request.person, community).memberships]
    sees_customers = may(request, community, "customers.view")
    context = {
        "record": record,
        "membership": membership,
        "moments": record.timeline,
        "measures": measures_of(membership),
        "customer": customer_of(membership.person, community) if sees_customers else None,
        "in_care": membership.pk in close,
        "note_form": NoteForm(),
        "tag_form": TagForm(),
        "host_form": HostForm(
            initial={"host": str(membership.host_id or "")}, hosts=host_choices(community)
        ),
    }
    return show_desk(request, community, "member.html", context)


@require_POST
@signed_in
def note(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Write something down about the member."""
    membership = membership_at(request, slug, pk)
    actions.note_member(
        actor=request.person, membership=membership, text=request.POST.get("text", "")
    )
    return redirect("desk:member", slug=slug, pk=pk)


@require_POST
@signed_in
def tag(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Tag the member."""
    membership = membership_at(request, slug, pk)
    actions.tag_member(
        actor=request.person, membership=membership, name=request.POST.get("name", "")
    )
    return redirect("desk:member", slug=slug, pk=pk)


@require_POST
@signed_in
def untag(request: PersonRequest, slug: str, pk: int, tag: int) -> HttpResponse:
    """Take a tag off the member."""
    membership = membership_at(request, slug, pk)
    found = queries.get_tag(tag, viewer=request.person)
    if found.membership_id != membership.pk:
        raise TagNotFound
    actions.untag_member(actor=request.person, tag=found)
    return redirect("desk:member", slug=slug, pk=pk)


@require_POST
@signed_in
def host(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Give the member a host, or none."""
    membership = membership_at(request, slug, pk)
    chosen = request.POST.get("host", "")
    person = get_person(pk=int(chosen)) if chosen.isdecimal() else None
    actions.assign_host(actor=request.person, membership=membership, host=person)
    messages.success(request, _("The host is noted."))
    return redirect("desk:member", slug=slug, pk=pk)


@require_POST
@signed_in
def care(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take the member into one's circle of close care, or let them out of it."""
    membership = membership_at(request, slug, pk)
    if request.POST.get("stop"):
        actions.remove_from_close_care(actor=request.person, membership=membership)
    else:
        actions.add_to_close_care(actor=request.person, membership=membership)
    return redirect("desk:member", slug=slug, pk=pk)


def membership_at(request: PersonRequest, slug: str, pk: int) -> "Membership":
    """Return a membership of this very community for who looks after members."""
    community = queries.get_community(slug, viewer=request.person)
    membership = queries.get_member(pk, viewer=request.person)
    if membership.community_id != community.pk:
        raise MembershipNotFound
    return membership
