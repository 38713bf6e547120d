"""Harvest shares for who subscribes: seasons, joining, and one's own boxes."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.conversation.queries import threads_on
from qunluo.kernel.errors import DomainError
from qunluo.ledger.queries import amount_said
from qunluo.market import actions
from qunluo.market.errors import MembersOnlyShop
from qunluo.market.queries import shares
from qunluo.web.core.forms import carry_out, posted, refusal
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.market.pages import key_of, shop_of, show_market, whole
from qunluo.web.market.share_forms import ActForm, JoinForm


def share_words() -> dict[str, Any]:
    """Return what the states of shares and boxes are called for their reader."""
    return {
        "share_states": {
            "waiting": _("Waits for a place"),
            "asked": _("Waits for its first part"),
            "active": _("Runs"),
            "ended": _("Season over"),
            "cancelled": _("Ended early"),
        },
        "box_states": {
            "planned": _("Comes"),
            "skipped": _("Skipped"),
            "moved": _("Moved"),
            "packed": _("Packed"),
            "picked": _("Fetched"),
            "missed": _("Missed"),
            "cancelled": _("Given up"),
        },
    }


@require_GET
def index(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the seasons of a farm, and one's own shares."""
    community, _shop = shop_of(request, slug)
    context: dict[str, Any] = {"closed": False, "found": [], "mine": []}
    try:
        context["found"] = shares.seasons(community, viewer=request.person)
    except MembersOnlyShop:
        context["closed"] = True
    if request.person.is_authenticated:
        context["mine"] = shares.own_shares(request.person, community)
    return show_market(request, community, "shares.html", context | share_words())


@require_GET
def season(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show a season: what it costs, where and when it is fetched, and news from the field."""
    community, view = season_of(request, slug, uid)
    diary: list[Any] = []
    if view.season.tag:
        found = threads_on(community, view.season.tag, viewer=request.person, limit=5)
        diary = list(found[1].items)
    context = {"view": view, "diary": diary, **share_words()}
    return show_market(request, community, "share_season.html", context)


@require_GET
def box(request: PersonRequest, slug: str, uid: str, pk: int) -> HttpResponse:
    """Show what is in the boxes of a delivery, and what is missing and why."""
    community, view = season_of(request, slug, uid)
    delivery = shares.get_delivery(view.season, pk)
    context = {"view": view, "delivery": delivery, "pooled": shares.pooled(delivery)}
    return show_market(request, community, "share_box.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def join(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Choose size, depot and parts, put one's name under the shared risk, and go on to pay."""
    community, view = season_of(request, slug, uid)
    if view.contract:
        return redirect("shares:mine", slug=slug, uid=view.contract.uid)
    said = partial(_said, get_language() or "en", view.currency)
    form = JoinForm(posted(request), view=view, money=said, initial={"signed": request.person.name})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        sizes = {one.variant.pk: one for one in view.sizes}
        depots = {one.depot.pk: one.depot for one in view.depots}
        made = carry_out(
            form,
            lambda: actions.ask_share(
                actor=request.person, season=view.season, variant=sizes[chosen["size"]].variant,
                depot=depots[chosen["depot"]], parts=chosen["parts"], signed=chosen["signed"],
                key=key_of(request), wait=bool(chosen.get("wait")), **form.seen(),
            ),
        )  # fmt: skip
        if made is not None:
            if made.state == "waiting":
                messages.success(
                    request, _("You wait in the queue; you hear when it is your turn.")
                )
            part = made.instalments.first()
            if part and part.order and part.order.state == "placed":
                return redirect("market:order", slug=slug, uid=part.order.uid)
            return redirect("shares:mine", slug=slug, uid=made.uid)
    status = 422 if form.errors else 200
    context = {"view": view, "form": form}
    return show_market(request, community, "share_join.html", context, status=status)


@require_GET
@signed_in
def mine(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show a share: the next box, every delivery, and what is paid."""
    community, _shop = shop_of(request, slug)
    view = shares.get_share(uid, viewer=request.person, community=community)
    own = view.contract.person_id == request.person.pk
    moves = whole(request.GET.get("move", "")) if own and view.contract.state == "active" else 0
    context = {
        "view": view,
        "own": own,
        "moves": moves,
        "manages": not own and shares.runs_shares(request.person, community),
        "room": shares.room_for(view.contract) if moves else [],
        **share_words(),
    }
    return show_market(request, community, "share_mine.html", context)


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Skip or move a box, pay a part, answer a rise, or end the share."""
    community, _shop = shop_of(request, slug)
    view = shares.get_share(uid, viewer=request.person, community=community)
    form = ActForm(request.POST)
    here = redirect("shares:mine", slug=slug, uid=uid)
    if not form.is_valid():
        messages.error(request, _("Something is missing."))
        return here
    try:
        return _act(request, view, form) or here
    except DomainError as error:
        messages.error(request, refusal(error))
    return here


def _act(request: PersonRequest, view: shares.ShareView, form: ActForm) -> HttpResponse | None:
    said, who = form.cleaned_data, request.person
    contract, community = view.contract, view.contract.season.community
    given: dict[str, Any] = {"person": who, "community": community}
    order = None
    match said["act"]:
        case "skip":
            box = shares.get_box(contract.uid, said["box"] or 0, **given)
            actions.skip_box(actor=who, box=box)
        case "move":
            box = shares.get_box(contract.uid, said["box"] or 0, **given)
            delivery, depot = form.to()
            actions.move_box(
                actor=who, box=box, to=shares.get_delivery(contract.season, delivery),
                depot=shares.get_depot(contract.season, depot),
            )  # fmt: skip
        case "pay":
            part = shares.get_part(contract.uid, said["part"] or 0, **given)
            order = actions.pay_instalment(actor=who, part=part)
        case "cancel":
            refund = said["refund"] if contract.person_id != who.pk else None
            actions.cancel_share(actor=who, contract=contract, reason=said["reason"], refund=refund)
        case answer:
            asked = shares.get_answer(contract.uid, said["rise"] or 0, **given)
            order = actions.answer_rise(actor=who, answer=asked, agree=answer == "agree")
    if order is not None:
        return redirect("market:order", slug=community.slug, uid=order.uid)
    messages.success(request, _("Done."))
    return None


def season_of(request: PersonRequest, slug: str, uid: str) -> "tuple[Any, shares.SeasonView]":
    """Return a community and a season of it for this viewer. SeasonNotFound, MembersOnlyShop."""
    community, _shop = shop_of(request, slug)
    return community, shares.get_season(uid, viewer=request.person, community=community)


def _said(language: str, unit: str, minor: int) -> str:
    return amount_said(minor, unit, language)
