"""The founding-100 programme, and the KOL list beside it."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qunluo.growth import actions, queries
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.growth.forms import ContactForm, OutreachForm
from qunluo.web.growth.pages import show_page, status_of

if TYPE_CHECKING:
    from qunluo.growth.models import FoundingContact

MANAGE = "invitations.manage"


@require_http_methods(["GET", "POST"])
@signed_in
def programme(request: PersonRequest, slug: str, kind: str = "founding") -> HttpResponse:
    """Show the hundred seats and the list; put somebody on it."""
    community = desk_of(request, slug, MANAGE)
    form = ContactForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "community": community, "kind": kind}
        if made := carry_out(form, lambda: actions.add_contact(**said, **form.cleaned_data)):
            messages.success(request, _("%(name)s is on the list.") % {"name": made.name})
            return redirect(request.path)
    context = {
        "form": form,
        "kind": kind,
        "progress": queries.progress(community, kind),
        "seats": queries.seats(community, kind),
        "found": queries.contacts(
            community, viewer=request.person, kind=kind, after=request.GET.get("after")
        ),
    }
    return show_page(request, community, "founding.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@signed_in
def contact(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show a contact with every time somebody reached out; write down another."""
    community = desk_of(request, slug, MANAGE)
    found = queries.get_contact(community, pk, viewer=request.person)
    form = OutreachForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "contact": found, **form.cleaned_data}
        if carry_out(form, lambda: actions.log_outreach(**said)):
            return redirect("growth:contact", slug=slug, pk=pk)
    context = {"contact": found, "form": form, **_invited(found)}
    return show_page(request, community, "contact.html", context, status=status_of(form))


def _invited(found: "FoundingContact") -> dict[str, Any]:
    live = [one for one in found.invitations.all() if queries.state_of(one) == "live"]
    return {
        "invitation": live[0] if live else None,
        "link": queries.invitation_url(live[0]) if live else "",
    }


@require_POST
@signed_in
def invite(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Make the personal invitation of a contact; refused when all seats are taken."""
    community = desk_of(request, slug, MANAGE)
    found = queries.get_contact(community, pk, viewer=request.person)
    actions.invite_contact(actor=request.person, contact=found)
    return redirect("growth:contact", slug=slug, pk=pk)


@require_POST
@signed_in
def remove(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take a contact off the list."""
    community = desk_of(request, slug, MANAGE)
    found = queries.get_contact(community, pk, viewer=request.person)
    actions.remove_contact(actor=request.person, contact=found)
    messages.success(request, _("%(name)s is off the list.") % {"name": found.name})
    return redirect("growth:kol" if found.list == "kol" else "growth:founding", slug=slug)
