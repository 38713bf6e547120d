"""Campaigns for who joins them: what runs, who is in, and joining."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.market import actions, queries
from qunluo.market.errors import MembersOnlyShop
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.market.campaign_forms import JoinForm, LeadForm, QuantitiesForm, there
from qunluo.web.market.campaign_pages import (
    here_of,
    key_of,
    show_campaign,
    team_of,
    view_of,
)

if TYPE_CHECKING:
    from qunluo.market.models import Order


@require_GET
def index(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what runs, what is over, and what members may lead."""
    community, _shop = here_of(request, slug)
    viewer = request.person
    try:
        offered = queries.offered_campaigns(community, viewer=viewer)
    except MembersOnlyShop:
        offered = []
    found = queries.campaigns(community, viewer=viewer)
    context = {
        "found": found,
        "fronts": queries.fronts(found),
        "over": queries.campaigns(community, viewer=viewer, over=True),
        "offered": offered,
    }
    return show_campaign(request, community, "campaigns.html", context)


@require_GET
def campaign(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show a campaign: who is in, how far it is, until when, and how to join."""
    view = view_of(request, slug, uid)
    viewer, community = request.person, view.campaign.community
    link = request.build_absolute_uri(url("campaigns:campaign", slug=slug, uid=uid))
    context = {
        "view": view,
        "teams": queries.teams(view, viewer=viewer) if view.kind.teams else [],
        "who_is_in": [] if view.kind.teams else queries.places(view, viewer=viewer),
        "front": queries.fronts([view.campaign])[view.campaign.pk],
        "link": link,
        "may_list": view.leads or queries.runs_orders(viewer, community),
    }
    return show_campaign(request, community, "campaign.html", context, block="live")


@require_http_methods(["GET", "POST"])
@signed_in
def join(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Say what one wants, and hold it; what comes then is paying."""
    view = view_of(request, slug, uid)
    community = view.campaign.community
    team = team_of(request, view)
    form = JoinForm(
        posted(request), view=view, have={}, points=queries.pickup_points(community),
        sends=bool(queries.delivery_rates(community)),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        done = carry_out(
            form,
            lambda: actions.join_campaign(
                actor=request.person, campaign=view.campaign, ask=form.ask(), team=team,
                key=key_of(request), wait=bool(form.cleaned_data.get("wait")),
                confirmed=bool(form.cleaned_data.get("no_return")),
            ),
        )  # fmt: skip
        if done is not None:
            if done.order is None:
                messages.success(
                    request, _("You wait in the queue; you hear when it is your turn.")
                )
            return _to_order(slug, uid, done.order)
    context = {"view": view, "form": form, "team": team, "entry": None}
    status = 422 if form.errors else 200
    return show_campaign(request, community, "campaign_join.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Change what one has in a campaign, until it closes."""
    view = view_of(request, slug, uid)
    entry = queries.get_entry(view.campaign, viewer=request.person)
    form = QuantitiesForm(posted(request), view=view, have=_have(view), initial=_said(view))
    if request.method == "POST" and form.is_valid():
        done = carry_out(
            form,
            lambda: actions.edit_entry(
                actor=request.person, entry=entry, wishes=form.all_wishes(), key=key_of(request),
                options=form.options(), note=form.cleaned_data["note"],
            ),
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("Changed. What is less goes back to you."))
            return _to_order(slug, uid, done.top_up)
    context = {"view": view, "form": form, "entry": entry, "team": None}
    status = 422 if form.errors else 200
    return show_campaign(
        request, view.campaign.community, "campaign_join.html", context, status=status
    )


@require_POST
@signed_in
def leave(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Wait no longer."""
    view = view_of(request, slug, uid)
    actions.leave_queue(actor=request.person, campaign=view.campaign)
    return redirect("campaigns:campaign", slug=slug, uid=uid)


@require_http_methods(["GET", "POST"])
@signed_in
def lead(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Ask to lead a campaign like the one that is offered."""
    view = view_of(request, slug, uid)
    community = view.campaign.community
    form = LeadForm(posted(request), initial={"title": view.campaign.title})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        done = carry_out(
            form,
            lambda: actions.propose_campaign(
                actor=request.person, offer=view.campaign, title=said["title"], text=said["text"],
                starts_at=there(said["starts_at"], community),
                ends_at=there(said["ends_at"], community),
            ),
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("Sent. You hear as soon as somebody has looked at it."))
            return redirect("campaigns:campaign", slug=slug, uid=done.uid)
    context = {"view": view, "form": form}
    status = 422 if form.errors else 200
    return show_campaign(request, community, "campaign_lead.html", context, status=status)


def _have(view: queries.CampaignView) -> dict[int, int]:
    """Return how many of each thing the viewer has, paid or held."""
    have: dict[int, int] = {}
    for order in view.orders:
        if order.state in {"placed", "paid"}:
            for line in order.lines.all():
                have[line.variant_id] = have.get(line.variant_id, 0) + line.quantity
    return have


def _said(view: queries.CampaignView) -> dict[str, str]:
    """Return what was said with the viewer's orders, as the form shows it."""
    order = next((one for one in view.orders if one.state in {"placed", "paid"}), None)
    if order is None:
        return {}
    asked = enumerate(view.campaign.options)
    options = {f"option{n}": order.options.get(one["name"], "") for n, one in asked}
    return {**options, "note": order.note}


def _to_order(slug: str, uid: str, order: "Order | None") -> HttpResponse:
    if order is None:
        return redirect("campaigns:campaign", slug=slug, uid=uid)
    return redirect(f"/c/{slug}/orders/{order.uid}/")
