"""Campaigns at the desk: starting them, answering who wants to lead one, closing, and lists."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.kernel.errors import DomainError
from qunluo.market import actions, queries
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.campaign_forms import ActForm, ChooseForm, StartForm
from qunluo.web.market.campaign_pages import show_campaign, view_of
from qunluo.web.market.pages import show_market

if TYPE_CHECKING:
    from qunluo.market.models import Campaign, Shop


@require_GET
@signed_in
def campaigns(request: PersonRequest, slug: str) -> HttpResponse:
    """List every campaign, those that wait for an answer first."""
    community = desk_of(request, slug, queries.MANAGE)
    if queries.find_shop(community) is None:
        return show_market(request, community, "desk_begin.html", {}, desk=True)
    found = queries.managed_campaigns(community, viewer=request.person)
    return show_campaign(request, community, "campaign_desk.html", {"found": found}, desk=True)


@require_http_methods(["GET", "POST"])
@signed_in
def start(request: PersonRequest, slug: str) -> HttpResponse:
    """Choose the kind and what is sold; then say the rest."""
    community = desk_of(request, slug, queries.MANAGE)
    shop = queries.get_shop(community)
    shop.community = community
    views = queries.managed_products(community, viewer=request.person)
    variants = [
        form.variant
        for one in views
        if one.product.state == "on_sale" and one.product.kind in queries.PLAIN_KINDS
        for form in one.variants
    ]
    choose = ChooseForm(request.GET or None, variants=variants)
    context: dict[str, Any] = {"choose": choose, "form": None, "kind": None}
    status = 200
    if choose.is_valid():
        said = choose.cleaned_data
        chosen = [one for one in variants if one.pk in set(said["v"])]
        form = StartForm(posted(request), shop=shop, kind=said["kind"], variants=chosen)
        if request.method == "POST" and form.is_valid():
            made = _start(request, shop, form)
            if made is not None:
                return redirect("campaigns:campaign", slug=slug, uid=made.uid)
        context |= {"form": form, "kind": queries.kinds()[said["kind"]]}
        status = 422 if form.errors else 200
    elif request.method == "POST":
        status = 422
    return show_campaign(
        request, community, "campaign_start.html", context, desk=True, status=status
    )


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Agree, decline, close, call off, or let fewer be enough."""
    community = desk_of(request, slug, queries.MANAGE)
    view = queries.get_campaign(uid, viewer=request.person, community=community)
    form = ActForm(request.POST)
    here = redirect("campaigns:campaign", slug=slug, uid=uid)
    if not form.is_valid():
        messages.error(request, _("Something is missing."))
        return here
    try:
        _act(request, view.campaign, form.cleaned_data)
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
    return here


@require_GET
@signed_in
def packing(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show who gets what, for each pick-up point, to print."""
    view = view_of(request, slug, uid)
    lists = queries.campaign_list(view.campaign, viewer=request.person)
    totals: dict[tuple[str, str], int] = {}
    for some in lists.values():
        for one in some:
            for title, variant, quantity in one.lines:
                totals[title, variant] = totals.get((title, variant), 0) + quantity
    context = {"view": view, "lists": lists, "totals": sorted(totals.items())}
    return show_campaign(request, view.campaign.community, "campaign_list.html", context)


def _start(request: PersonRequest, shop: "Shop", form: StartForm) -> "Campaign | None":
    try:
        plan = form.plan()
    except ValidationError as error:
        form.add_error(None, error)
        return None
    offer = bool(form.cleaned_data.get("offer"))
    return carry_out(
        form,
        lambda: actions.start_campaign(actor=request.person, shop=shop, plan=plan, offer=offer),
    )


def _act(request: PersonRequest, campaign: "Campaign", said: dict[str, Any]) -> None:
    given: dict[str, Any] = {"actor": request.person}
    reason = said["reason"]
    match said["act"]:
        case "approve":
            actions.approve_campaign(**given, campaign=campaign)
        case "decline":
            actions.decline_campaign(**given, campaign=campaign, reason=reason)
        case "close":
            actions.close_campaign(**given, campaign=campaign)
        case "cancel":
            actions.cancel_campaign(**given, campaign=campaign, reason=reason)
        case _other if said["team"]:
            team = queries.get_team(said["team"], viewer=request.person, campaign=campaign)
            actions.lower_team(**given, team=team, to=said["to"] or 0, reason=reason)
        case _other:
            actions.lower_threshold(**given, campaign=campaign, to=said["to"] or 0, reason=reason)
    messages.success(request, _("Done."))
