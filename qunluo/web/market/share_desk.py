"""Harvest shares at the desk: seasons, who holds a share, and what is to be packed."""

import csv
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.growth.queries import safe_cell
from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.market import actions, queries
from qunluo.market.queries import share_desk, shares
from qunluo.web.core.forms import carry_out, posted, refusal
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.pages import show_market
from qunluo.web.market.share_forms import (
    BoxForm,
    DeskActForm,
    PackForm,
    SeasonForm,
    changed_terms,
    terms_form,
)
from qunluo.web.market.shares import share_words

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import ShareDelivery


@require_GET
@signed_in
def seasons(request: PersonRequest, slug: str) -> HttpResponse:
    """List the seasons of a farm."""
    community = desk_of(request, slug, queries.ORDERS)
    if queries.find_shop(community) is None:
        return show_market(request, community, "desk_begin.html", {}, desk=True)
    context = {
        "found": shares.seasons(community, viewer=request.person),
        "manages": shares.runs_shares(request.person, community),
    }
    return show_market(request, community, "share_desk.html", context, desk=True)


@require_http_methods(["GET", "POST"])
@signed_in
def start(request: PersonRequest, slug: str) -> HttpResponse:
    """Write a season down."""
    community = desk_of(request, slug, queries.MANAGE)
    queries.get_shop(community)
    views = queries.managed_products(community, viewer=request.person)
    form = SeasonForm(
        posted(request), community=community,
        products=[one.product for one in views if one.product.kind == "share"],
        points=queries.pickup_points(community),
        seasons=shares.seasons(community, viewer=request.person),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        product = form.products[form.cleaned_data["product"]]
        made = carry_out(
            form,
            lambda: actions.start_season(actor=request.person, product=product, plan=form.plan()),
        )
        if made is not None:
            return redirect("shares:desk_season", slug=slug, uid=made.uid)
    context = {"form": form, "ready": bool(form.products and form.points)}
    status = 422 if request.method == "POST" else 200
    return show_market(request, community, "share_start.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PersonRequest, slug: str) -> HttpResponse:
    """Write down what is subscribed to; sizes and prices are its variants."""
    community = desk_of(request, slug, queries.MANAGE)
    title = request.POST.get("title", "").strip()[:80]
    if request.method == "POST" and title:
        made = actions.add_product(
            actor=request.person, community=community, gives="share", title=title, category="food"
        )
        return redirect("market:product_edit", slug=slug, uid=made.uid)
    return redirect("shares:start", slug=slug)


@require_GET
@signed_in
def season(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show a season to who looks after it."""
    community, view = _season(request, slug, uid)
    page = share_desk.contracts(view.season, viewer=request.person, after=request.GET.get("after"))
    context = {
        "view": view,
        "found": page.items,
        "more": f"?after={page.next}" if page.next else "",
        "rises": share_desk.rises(view.season, viewer=request.person),
        "manages": shares.runs_shares(request.person, community),
        "points": shares.other_points(view.season),
        **share_words(),
    }
    return show_market(request, community, "share_desk_season.html", context, desk=True)


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Close a season or open it, set the room of a depot, or propose a rise."""
    _community, view = _season(request, slug, uid, queries.MANAGE)
    form = DeskActForm(request.POST, currency=view.currency)
    here = redirect("shares:desk_season", slug=slug, uid=uid)
    if not form.is_valid():
        messages.error(request, _("Something is missing."))
        return here
    try:
        _act(request, view, form.cleaned_data)
    except DomainError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, _("Done."))
    return here


def _act(request: PersonRequest, view: shares.SeasonView, said: dict[str, Any]) -> None:
    who, found = request.person, view.season
    match said["act"]:
        case "depot":
            depot = shares.get_depot(found, said["depot"] or 0)
            actions.set_depot(actor=who, depot=depot, capacity=said["capacity"] or 0)
        case "add_depot":
            point = shares.get_other_point(found, said["point"] or 0)
            actions.add_depot(actor=who, season=found, point=point, capacity=said["capacity"] or 0)
        case "rise":
            sizes = {one.variant.pk: one.variant for one in view.sizes}
            variant = sizes.get(said["size"] or 0) or next(iter(sizes.values()))
            actions.propose_rise(
                actor=who, season=found, variant=variant, for_box=said["for_box"] or 0,
                reason=said["reason"], answer_by=now() + timedelta(days=said["days"] or 0),
            )  # fmt: skip
        case "edit":
            told = {name: said[name] for name in ("title", "text", "tag")}
            actions.edit_season(actor=who, season=found, **told)
        case wish:
            actions.edit_season(actor=who, season=found, closed=wish == "close")


@require_http_methods(["GET", "POST"])
@signed_in
def terms(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Change the terms of a season, for who subscribes from now on."""
    community, view = _season(request, slug, uid, queries.MANAGE)
    settled = share_desk.anybody_asked(view.season)
    form = terms_form(view.season, settled, posted(request))
    if request.method == "POST" and form.is_valid():
        said = changed_terms(form, view.season)
        done = carry_out(
            form,
            lambda: actions.change_terms(actor=request.person, season=view.season, terms=said),
        )
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect("shares:desk_season", slug=slug, uid=uid)
    context = {"view": view, "form": form, "settled": settled}
    status = 422 if form.errors else 200
    return show_market(request, community, "share_terms.html", context, desk=True, status=status)


@require_GET
@signed_in
def delivery(request: PersonRequest, slug: str, uid: str, pk: int) -> HttpResponse:
    """Show what is to be packed and handed out with a delivery, to print."""
    community, view = _season(request, slug, uid)
    found = shares.get_delivery(view.season, pk)
    return _delivery(request, community, view, found, _box_form(found))


@require_POST
@signed_in
def pack(request: PersonRequest, slug: str, uid: str, pk: int) -> HttpResponse:
    """Pack the boxes of a depot or of all, or hand one out for its code."""
    _community, view = _season(request, slug, uid)
    found = shares.get_delivery(view.season, pk)
    form = PackForm(request.POST)
    here = redirect("shares:delivery", slug=slug, uid=uid, pk=pk)
    if not form.is_valid():
        messages.error(request, _("Something is missing."))
        return here
    said = form.cleaned_data
    try:
        if said["act"] == "hand":
            share = actions.hand_over_box(actor=request.person, delivery=found, code=said["code"])
            messages.success(request, _("Handed to %(name)s.") % {"name": share.person.name})
        else:
            depot = shares.get_depot(view.season, said["depot"]) if said["depot"] else None
            n = actions.pack_boxes(actor=request.person, delivery=found, depot=depot)
            messages.success(
                request, ngettext("%(n)s box is packed.", "%(n)s boxes are packed.", n) % {"n": n}
            )
    except DomainError as error:
        messages.error(request, refusal(error))
    return here


@require_POST
@signed_in
def fill(request: PersonRequest, slug: str, uid: str, pk: int) -> HttpResponse:
    """Say and show what is in the boxes of a delivery."""
    community, view = _season(request, slug, uid)
    found = shares.get_delivery(view.season, pk)
    form = BoxForm(request.POST, request.FILES)
    if form.is_valid():
        said = form.cleaned_data
        picture = said["picture"]
        done = carry_out(
            form,
            lambda: actions.fill_box(
                actor=request.person, delivery=found, contents=form.things(), note=said["note"],
                less=said["less"], picture=picture.read() if picture else b"", alt=said["alt"],
            ),
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect("shares:delivery", slug=slug, uid=uid, pk=pk)
    return _delivery(request, community, view, found, form, status=422)


@require_GET
@signed_in
def table(request: PersonRequest, slug: str, uid: str, pk: int) -> HttpResponse:
    """Give the packing list as a table."""
    _community, view = _season(request, slug, uid)
    found = shares.get_delivery(view.season, pk)
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([_("Pick-up point"), _("Name"), _("Size"), _("State")])
    states = share_words()["box_states"]
    for some in share_desk.packing(found, viewer=request.person):
        for one in some.boxes:
            contract = one.box.contract
            state = _("unpaid: not packed") if one.suspended else states[one.box.state]
            row = [some.depot.point.name, contract.person.name, contract.size, state]
            writer.writerow([safe_cell(cell) for cell in row])
        if some.pool:
            writer.writerow([safe_cell(some.depot.point.name), _("For the pool"), some.pool, ""])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="boxes-{found.day:%Y-%m-%d}.csv"'
    return answer


def _season(
    request: PersonRequest, slug: str, uid: str, permission: str = queries.ORDERS
) -> "tuple[Community, shares.SeasonView]":
    community = desk_of(request, slug, permission)
    return community, shares.get_season(uid, viewer=request.person, community=community)


def _box_form(found: "ShareDelivery") -> BoxForm:
    lines = (f"{one['name']}, {one['amount']}".removesuffix(", ") for one in found.contents)
    return BoxForm(initial={"contents": "\n".join(lines), "note": found.note})


def _delivery(
    request: PersonRequest, community: "Community", view: shares.SeasonView,
    found: "ShareDelivery", form: BoxForm, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "view": view,
        "delivery": found,
        "form": form,
        "lists": share_desk.packing(found, viewer=request.person),
        "ready": found.cut_off_at <= now(),
        **share_words(),
    }
    return show_market(request, community, "share_delivery.html", context, desk=True, status=status)
