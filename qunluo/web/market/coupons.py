"""Coupons and gift cards: buying and redeeming them, and what the desk makes of them."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.kernel.errors import DomainError
from qunluo.kernel.ratelimit import limit
from qunluo.ledger.queries import amount_said
from qunluo.market import actions, queries
from qunluo.web.core.forms import carry_out, posted, refusal
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.coupon_forms import (
    CardForm,
    CardLimitsForm,
    CardProductForm,
    CouponForm,
    GiveForm,
    RedeemForm,
)
from qunluo.web.market.pages import key_of, shop_of, show_market, whole

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import Coupon, Shop

TRIES = {"times": 10, "seconds": 3_600}  # shared with the API


def guard_code(request: PersonRequest, shop: "Shop", name: str) -> str:
    """Return the coupon that was asked for; nobody tries codes for long. TooMany."""
    if name and not queries.is_own(shop.community, name, request.person):
        limit("coupon", request.person.pk, times=30, seconds=600)
    return name


@require_http_methods(["GET", "POST"])
@signed_in
def coupons(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the coupons of a shop, and make one."""
    community = desk_of(request, slug, queries.MANAGE)
    shop = queries.get_shop(community)
    shop.community = community
    products = [one.product for one in queries.managed_products(community, viewer=request.person)]
    form = CouponForm(posted(request), shop=shop, products=products)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        zone = ZoneInfo(community.time_zone)
        made = carry_out(
            form,
            lambda: actions.make_coupon(
                actor=request.person, shop=shop,
                **{**said, "least": said["least"] or 0,
                   "starts_at": _there(said["starts_at"], zone),
                   "ends_at": _there(said["ends_at"], zone)},
            ),
        )  # fmt: skip
        if made is not None:
            messages.success(request, _("Saved."))
            return redirect("coupons:coupon", slug=slug, uid=made.uid)
    found = queries.coupons(community, viewer=request.person, after=request.GET.get("after"))
    context = {
        "shop": shop, "form": form, "found": found.items,
        "more": f"?after={found.next}" if found.next else "",
    }  # fmt: skip
    status = 422 if form.errors else 200
    return show_market(request, community, "coupons.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def coupon(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show a coupon: who has it, who used it; give it, or stop it."""
    community = desk_of(request, slug, queries.MANAGE)
    one = queries.get_coupon(community, uid, viewer=request.person)
    form = GiveForm(posted(request))
    if request.method == "POST" and "stop" in request.POST:
        actions.stop_coupon(actor=request.person, coupon=one)
        return redirect("coupons:coupon", slug=slug, uid=uid)
    if request.method == "POST" and form.is_valid():
        given = carry_out(form, lambda: _give(request, community, one, form.called()))
        if given is not None:
            messages.success(request, _("Given to %(n)s.") % {"n": given})
            return redirect("coupons:coupon", slug=slug, uid=uid)
    uses = queries.coupon_uses(one, viewer=request.person, after=request.GET.get("after"))
    context = {
        "shop": queries.get_shop(community), "one": one, "form": form, "uses": uses.items,
        "more": f"?after={uses.next}" if uses.next else "",
        "holders": queries.coupon_holders(one, viewer=request.person),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return show_market(request, community, "coupon.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def buy(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Order gift cards."""
    community, shop = shop_of(request, slug)
    view = queries.get_product(shop, uid, queries.buyer_of(request.person, community))
    ranges = queries.card_ranges(view.product)
    language = get_language() or "en"
    offered = [
        (str(one.variant.pk), _("A value of your own, %(least)s to %(largest)s") % {
            "least": amount_said(ranges[one.variant.pk].least, shop.currency, language),
            "largest": amount_said(ranges[one.variant.pk].largest, shop.currency, language),
        } if one.variant.pk in ranges else amount_said(one.variant.price, shop.currency, language))
        for one in view.variants
    ]  # fmt: skip
    form = CardForm(posted(request), shop=shop, offered=offered, chosen=bool(ranges))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        order = carry_out(
            form,
            lambda: actions.buy_cards(
                actor=request.person, shop=shop, variant=whole(said["variant"]),
                quantity=said["quantity"], value=said.get("value"), message=said["message"],
                mail=said["mail"], key=key_of(request),
            ),
        )  # fmt: skip
        if order is not None:
            return redirect("market:order", slug=slug, uid=order.uid)
    context = {"shop": shop, "view": view, "form": form}
    status = 422 if form.errors else 200
    return show_market(request, community, "card_buy.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def redeem(request: PersonRequest, slug: str) -> HttpResponse:
    """Turn a gift card into store credit."""
    community, shop = shop_of(request, slug)
    form = RedeemForm(posted(request))
    if request.method == "POST" and form.is_valid():
        limit("gift-card", request.person.pk, **TRIES)
        done = carry_out(
            form,
            lambda: actions.redeem_card(
                actor=request.person, shop=shop, code=form.cleaned_data["code"]
            ),
        )
        if done is not None:
            amount = amount_said(done.value, shop.currency, get_language() or "en")
            messages.success(
                request, _("%(amount)s are in your store credit.") % {"amount": amount}
            )
            return redirect("market:shop", slug=slug)
    status = 422 if form.errors else 200
    return show_market(
        request, community, "card_redeem.html", {"shop": shop, "form": form}, status=status
    )


@require_http_methods(["GET", "POST"])
@signed_in
def cards(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the gift cards of a shop, say what it sells and how much may be out."""
    community = desk_of(request, slug, queries.MANAGE)
    shop = queries.get_shop(community)
    shop.community = community
    plan = queries.card_plan(community, viewer=request.person)
    adds = "title" in request.POST
    form = CardProductForm(posted(request) if adds else None, shop=shop)
    limits = CardLimitsForm(
        None if adds else posted(request), shop=shop,
        initial={"most": plan.most, "most_each": plan.most_each},
    )  # fmt: skip
    asked = form if adds else limits
    if request.method == "POST" and asked.is_valid():
        done = carry_out(asked, lambda: _made(request, shop, form, limits, adds=adds))
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect("coupons:cards", slug=slug)
    state = request.GET.get("state", "")[:10]
    found = queries.gift_cards(
        community, viewer=request.person, state=state, after=request.GET.get("after")
    )
    context = {
        "shop": shop, "form": form, "limits": limits, "plan": plan, "found": found.items,
        "more": f"?state={state}&after={found.next}" if found.next else "", "state": state,
        "card_states": card_states(),
    }  # fmt: skip
    status = 422 if asked.errors else 200
    return show_market(request, community, "cards.html", context, desk=True, status=status)


@require_POST
@signed_in
def void(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Let a card count no more, and send back what was paid for it."""
    community, _shop = shop_of(request, slug)
    card = queries.get_card(community, uid, viewer=request.person)
    try:
        actions.void_card(
            actor=request.person, card=card, reason=request.POST.get("reason", "")[:400]
        )
    except DomainError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, _("The card counts no more; the money goes back."))
    return redirect("coupons:cards", slug=slug)


@require_GET
@signed_in
def own(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the coupons that one was given, and the gift cards that one bought."""
    community, shop = shop_of(request, slug)
    bought = queries.bought_cards(request.person, community, after=request.GET.get("after"))
    context = {
        "shop": shop,
        "mine": queries.own_coupons(community, request.person),
        "bought": bought.items,
        "more": f"?after={bought.next}" if bought.next else "",
        "card_states": card_states(),
    }
    return show_market(request, community, "my_coupons.html", context)


def card_states() -> dict[str, str]:
    """Return how a gift card stands, in words."""
    return {
        "waiting": _("Waits to be paid"),
        "issued": _("Can be redeemed"),
        "redeemed": _("Redeemed"),
        "void": _("Counts no more"),
    }


def _give(request: PersonRequest, community: "Community", one: "Coupon", called: list[str]) -> int:
    people = queries.members_named(community, called)
    return actions.give_coupon(actor=request.person, coupon=one, people=people)


def _made(
    request: PersonRequest, shop: "Shop", form: CardProductForm, limits: CardLimitsForm, *,
    adds: bool,
) -> object:  # fmt: skip
    if not adds:
        return actions.set_cards(actor=request.person, shop=shop, **limits.cleaned_data)
    said = form.cleaned_data
    return actions.add_card(
        actor=request.person, shop=shop, title=said["title"], values=said["values"],
        bounds=form.bounds(),
    )  # fmt: skip


def _there(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return a moment on the wall of the community."""
    return moment.replace(tzinfo=zone) if moment else None
