"""One customer: everything that is known, and what can be done for them."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import get_membership, members
from qunluo.growth import actions, queries
from qunluo.people.errors import PersonNotFound
from qunluo.people.queries import get_person
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.growth.forms import CustomerForm, OrderForm
from qunluo.web.growth.pages import show_page, status_of

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.community.queries import Moment
    from qunluo.growth.models import Customer, Invitation, PastOrder
    from qunluo.growth.queries import CustomerRecord


@dataclass(frozen=True)
class Line:
    """One line of a customer's story: a purchase, an event or an invitation."""

    at: datetime
    order: "PastOrder | None" = None
    moment: "Moment | None" = None
    invitation: "Invitation | None" = None


def _fetched(request: PersonRequest, slug: str, pk: int) -> "Customer":
    community = desk_of(request, slug)
    return queries.get_customer(community, pk, viewer=request.person)


@require_GET
@signed_in
def customer(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show a customer: consent, host, purchases, and their life here (M11)."""
    community = desk_of(request, slug)
    record = queries.customer_record(community, pk, viewer=request.person)
    context = {
        "record": record,
        "customer": record.customer,
        "story": story(community, record),
        "order_form": OrderForm(currency=community.currency),
        "invitation_url": queries.invitation_url,
        "state_of": queries.state_of,
    }
    return show_page(request, community, "customer.html", context)


def story(community: "Community", record: "CustomerRecord") -> list[Line]:
    """Return purchases, invitations and events as one line of time, the newest first."""
    zone = ZoneInfo(community.time_zone)
    told = [Line(datetime.combine(one.on, time(12), zone), order=one) for one in record.orders]
    told += [Line(moment.at, moment=moment) for moment in record.moments]
    told += [Line(one.made_at, invitation=one) for one in record.invitations]
    return sorted(told, key=lambda line: line.at, reverse=True)


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Correct what is known."""
    found = _fetched(request, slug, pk)
    form = CustomerForm.of(found, posted(request))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "customer": found, **form.cleaned_data}
        if carry_out(form, lambda: actions.edit_customer(**said)):
            return redirect("growth:customer", slug=slug, pk=pk)
    context = {"form": form, "customer": found}
    return show_page(
        request, found.community, "customer_edit.html", context, status=status_of(form)
    )


@require_POST
@signed_in
def order(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Put down a purchase agreed in a chat (M12)."""
    found = _fetched(request, slug, pk)
    form = OrderForm(request.POST, currency=found.community.currency)
    if form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "customer": found, **form.cleaned_data}
        if carry_out(form, lambda: actions.add_past_order(**said)):
            return redirect("growth:customer", slug=slug, pk=pk)
    context = {"form": form, "customer": found}
    return show_page(request, found.community, "order.html", context, status=422)


@require_POST
@signed_in
def invite(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Make a personal invitation, to be handed out by the person at the desk."""
    found = _fetched(request, slug, pk)
    actions.invite_customer(actor=request.person, customer=found)
    return redirect("growth:customer", slug=slug, pk=pk)


@require_http_methods(["GET", "POST"])
@signed_in
def match(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Say which member a customer is, or take that back."""
    found = _fetched(request, slug, pk)
    if request.method == "POST":
        chosen = request.POST.get("person", "")
        if chosen and not chosen.isdecimal():
            raise PersonNotFound
        member = get_membership(get_person(pk=int(chosen)), found.community) if chosen else None
        actions.match_customer(actor=request.person, customer=found, membership=member)
        return redirect("growth:customer", slug=slug, pk=pk)
    q = request.GET.get("q", found.name)
    context = {
        "customer": found,
        "q": q,
        "cards": members(found.community, viewer=request.person, filters={"q": q}).items,
    }
    return show_page(request, found.community, "match.html", context)


@require_POST
@signed_in
def unsubscribe(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Never write to this customer again."""
    found = _fetched(request, slug, pk)
    actions.unsubscribe_customer(actor=request.person, customer=found)
    messages.success(request, _("Nobody will write to them from here again, for ever."))
    return redirect("growth:customer", slug=slug, pk=pk)


@require_POST
@signed_in
def forget(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a customer with their history."""
    found = _fetched(request, slug, pk)
    actions.forget_customer(actor=request.person, customer=found)
    messages.success(request, _("The customer and their history are deleted."))
    return redirect("growth:customers", slug=slug)
