"""Tiers: compared, bought, renewed and tried; at the desk written down and held by whom."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community import queries as communities
from qunluo.kernel.errors import DomainError
from qunluo.market import actions, queries
from qunluo.market.errors import MembersOnlyShop, TierNotFound
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.market.forms.fields import MoneyField, add_fields
from qunluo.web.market.pages import key_of, shop_of, show_market, whole
from qunluo.web.market.views.desk_shop import run_shop
from qunluo.web.market.views.shop import for_members

if TYPE_CHECKING:
    from qunluo.market.models import Shop


class TierForm(forms.Form):
    """What a tier brings."""

    name = forms.CharField(
        label=gettext_lazy("Short name of the tier"), max_length=40,
        help_text=gettext_lazy("As spaces and prices call it, such as: gold"),
    )  # fmt: skip
    benefits = forms.CharField(
        label=gettext_lazy("Benefits"), max_length=2_000,
        help_text=gettext_lazy("One on each line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    trial_days = forms.IntegerField(
        label=gettext_lazy("Days to try it for nothing"), min_value=0, max_value=90, initial=0
    )
    refund_days = forms.IntegerField(
        label=gettext_lazy("Days in which it can be taken back"), min_value=0, max_value=90,
        initial=7,
    )  # fmt: skip
    notice_days = forms.IntegerField(
        label=gettext_lazy("Days before its end that one is told"), min_value=0, max_value=90,
        initial=7,
    )  # fmt: skip


class PeriodForm(forms.Form):
    """For how long a tier is sold, and for how much."""

    name = forms.CharField(label=gettext_lazy("Period, as buyers read it"), max_length=60)
    months = forms.IntegerField(label=gettext_lazy("Months"), min_value=0, initial=12)
    days = forms.IntegerField(label=gettext_lazy("Or days"), min_value=0, initial=0)

    def __init__(self, *args: object, shop: "Shop", **kwargs: object) -> None:
        """Take the shop, for its currency."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        price = MoneyField(label=gettext_lazy("Price"), currency=shop.currency)
        add_fields(self, price=price)


@require_GET
def tiers(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the tiers side by side, and what one holds until when."""
    community, shop = shop_of(request, slug)
    person = request.person
    try:
        plans = queries.tier_plans(shop, viewer=person)
    except MembersOnlyShop:
        return for_members(request, slug)
    held = communities.own_tiers(community, person) if person.is_authenticated else {}
    context = {
        "shop": shop,
        "plans": plans,
        "held": held,
        "had": queries.tried_tiers(community, person) if person.is_authenticated else (),
        "sells": queries.shop_opened(shop),
        "manages": queries.buyer_of(person, community).manages,
    }
    return show_market(request, community, "tiers.html", context)


@require_POST
@signed_in
def buy(request: PersonRequest, slug: str) -> HttpResponse:
    """Order a tier for a period; the page of the order shows what is to be paid."""
    _community, shop = shop_of(request, slug)
    variant = whole(request.POST.get("variant", ""))
    try:
        order = actions.buy_tier(
            actor=request.person, shop=shop, variant=variant, key=key_of(request)
        )
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
        return redirect("tiers:index", slug=slug)
    return redirect("market:order", slug=slug, uid=order.uid)


@require_POST
@signed_in
def begin_trial(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Begin the trial of a tier."""
    _community, shop = shop_of(request, slug)
    plans = queries.tier_plans(shop, viewer=request.person)
    plan = next((one for one in plans if one.product.uid == uid), None)
    if plan is None:
        raise TierNotFound
    try:
        actions.try_tier(actor=request.person, plan=plan)
        messages.success(request, _("Your trial has begun. It ends by itself and costs nothing."))
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
    return redirect("tiers:index", slug=slug)


@require_POST
@signed_in
def give_back(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Take a tier back within the days for it."""
    community, _shop = shop_of(request, slug)
    view = queries.own_order(uid, person=request.person, community=community)
    try:
        actions.give_tier_back(actor=request.person, order=view.order)
        messages.success(request, _("It is taken back; the money is on its way to you."))
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
    return redirect("market:order", slug=slug, uid=uid)


@require_http_methods(["GET", "POST"])
@signed_in
def desk(request: PersonRequest, slug: str) -> HttpResponse:
    """Show all tiers and who holds one; begin a new one."""
    community, shop = run_shop(request, slug)
    form = TierForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = _said(form)
        made = carry_out(
            form, lambda: actions.add_tier(actor=request.person, community=community, **said)
        )
        if made:
            return redirect("tiers:plan", slug=slug, uid=made.product.uid)
    context = {
        "shop": shop,
        "form": form,
        "plans": queries.managed_tiers(community, viewer=request.person),
        "holders": queries.tier_holders(community, viewer=request.person)[:200],
    }
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_tiers.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def plan(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show a tier at the desk with its periods, and sell it for one more."""
    community, shop = run_shop(request, slug)
    plans = queries.managed_tiers(community, viewer=request.person)
    found = next((one for one in plans if one.product.uid == uid), None)
    if found is None:
        raise TierNotFound
    form = PeriodForm(posted(request), shop=shop)
    if request.method == "POST" and form.is_valid():
        given = {"actor": request.person, "plan": found, **form.cleaned_data}
        if carry_out(form, lambda: actions.save_tier_period(**given)):
            messages.success(request, _("Saved."))
            return redirect("tiers:plan", slug=slug, uid=uid)
    context = {"shop": shop, "form": form, "plan": found}
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_tier.html", context, desk=True, status=status)


def _said(form: TierForm) -> dict[str, Any]:
    said = form.cleaned_data
    return {**said, "benefits": said["benefits"].splitlines()}
