"""Tiers: compared, bought, renewed and tried; at the desk written down and held by whom."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community import queries as communities
from qunluo.kernel.errors import DomainError
from qunluo.market import actions, queries
from qunluo.market.errors import GiftRefused, MembersOnlyShop, TierNotFound
from qunluo.people.errors import PersonNotFound
from qunluo.people.queries import get_person
from qunluo.web.core.belonging import is_member
from qunluo.web.core.forms import carry_out, posted, refusal
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.market.pages import key_of, shop_of, show_market, whole
from qunluo.web.market.tier_forms import DaysForm, GiftForm, PeriodForm, TierForm
from qunluo.web.market.views.desk_shop import run_shop
from qunluo.web.market.views.shop import for_members

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import TierPlan, TierTime
    from qunluo.people.models import Person


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
        "can": queries.own_tier_times(community, person) if person.is_authenticated else {},
        "gift": GiftForm(plans=plans),
        "inside": is_member(request, community),
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
    community, shop = shop_of(request, slug)
    variant = whole(request.POST.get("variant", ""))
    try:
        order = actions.buy_tier(
            actor=request.person, shop=shop, variant=variant, key=key_of(request)
        )
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
        return _back(request, community)
    return redirect("market:order", slug=slug, uid=order.uid)


@require_POST
@signed_in
def move_up(request: PersonRequest, slug: str) -> HttpResponse:
    """Order a higher tier; what is left of the one that is named comes off its price."""
    community, shop = shop_of(request, slug)
    variant, left = whole(request.POST.get("variant", "")), request.POST.get("from", "")
    try:
        order = actions.buy_tier(
            actor=request.person, shop=shop, variant=variant, key=key_of(request), up_from=left
        )
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
        return _back(request, community)
    return redirect("market:order", slug=slug, uid=order.uid)


@require_POST
@signed_in
def give(request: PersonRequest, slug: str) -> HttpResponse:
    """Order a tier for another member."""
    community, shop = shop_of(request, slug)
    plans = queries.tier_plans(shop, viewer=request.person)
    form = GiftForm(request.POST, plans=plans)
    if not form.is_valid():
        messages.error(request, _("Say for whom it is, and which tier."))
        return _back(request, community)
    try:
        order = actions.buy_tier(
            actor=request.person, shop=shop, variant=form.cleaned_data["variant"],
            key=key_of(request), to=_member(community, form.cleaned_data["handle"]),
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, refusal(error))
        return _back(request, community)
    return redirect("market:order", slug=slug, uid=order.uid)


@require_POST
@signed_in
def pause(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Let one's time stand still."""
    community, _shop = shop_of(request, slug)
    plan = queries.get_tier(community, uid)
    try:
        actions.pause_tier(actor=request.person, plan=plan)
        messages.success(request, _("It stands still now. Nothing of your time is lost."))
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
    return _back(request, community)


@require_POST
@signed_in
def resume(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Let one's time go on."""
    community, _shop = shop_of(request, slug)
    plan = queries.get_tier(community, uid)
    try:
        actions.resume_tier(actor=request.person, plan=plan, person=request.person)
        messages.success(request, _("It goes on."))
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
    return _back(request, community)


@require_POST
@signed_in
def begin_trial(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Begin the trial of a tier."""
    community, shop = shop_of(request, slug)
    inside = is_member(request, community)
    plans = (
        queries.tier_plans(shop, viewer=request.person)
        if inside
        else queries.entry_plans(community)
    )
    plan = next((one for one in plans if one.product.uid == uid), None)
    if plan is None:
        raise TierNotFound
    try:
        actions.try_tier(actor=request.person, plan=plan)
        messages.success(request, _("Your trial has begun. It ends by itself and costs nothing."))
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
    return _back(request, community)


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
        said = form.said()
        made = carry_out(
            form, lambda: actions.add_tier(actor=request.person, community=community, **said)
        )
        if made:
            return redirect("tiers:plan", slug=slug, uid=made.product.uid)
    context = {
        "shop": shop,
        "form": form,
        "given": queries.given_times(community, viewer=request.person)[:50],
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
    found = queries.managed_tier(community, uid, viewer=request.person)
    form = PeriodForm(posted(request), shop=shop)
    sides = {"said": TierForm(initial=TierForm.starting(found)), "days": DaysForm()}
    if request.method == "POST" and form.is_valid():
        given = {"actor": request.person, "plan": found, **form.cleaned_data}
        if carry_out(form, lambda: actions.save_tier_period(**given)):
            messages.success(request, _("Saved."))
            return redirect("tiers:plan", slug=slug, uid=uid)
    context = {"shop": shop, "form": form, "plan": found, **sides}
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_tier.html", context, desk=True, status=status)


@require_POST
@signed_in
def add_declared(request: PersonRequest, slug: str) -> HttpResponse:
    """Write down the tiers of the charter, else the two usual ones."""
    community, _shop = run_shop(request, slug)
    made = actions.add_declared_tiers(actor=request.person, community=community)
    if made:
        messages.success(request, _("Written down. Say their facts, and put them on sale."))
    return redirect("tiers:desk", slug=slug)


@require_POST
@signed_in
def change_plan(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Say otherwise what a tier brings, and how it can be tried, paused and taken back."""
    community, shop = run_shop(request, slug)
    found = queries.managed_tier(community, uid, viewer=request.person)
    form = TierForm(request.POST)
    if form.is_valid():
        given = {"actor": request.person, "product": found.product, **form.said()}
        if carry_out(form, lambda: actions.save_tier(**given)):
            messages.success(request, _("Saved."))
            return redirect("tiers:plan", slug=slug, uid=uid)
    context = {"shop": shop, "plan": found, "form": PeriodForm(shop=shop), "said": form}
    context["days"] = DaysForm()
    return show_market(request, community, "desk_tier.html", context, desk=True, status=422)


@require_POST
@signed_in
def add_days(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Give somebody days in a tier by hand, with the reason."""
    community, shop = run_shop(request, slug)
    found = queries.managed_tier(community, uid, viewer=request.person)
    form = DaysForm(request.POST)
    made = carry_out(form, lambda: _give_days(request, found, form)) if form.is_valid() else None
    if made:
        messages.success(request, _("Given, and they are told."))
        return redirect("tiers:desk", slug=slug)
    context = {"shop": shop, "plan": found, "form": PeriodForm(shop=shop), "days": form}
    context["said"] = TierForm(initial=TierForm.starting(found))
    return show_market(request, community, "desk_tier.html", context, desk=True, status=422)


def _back(request: PersonRequest, community: "Community") -> HttpResponse:
    """Go to where tiers are bought: the door for who is still outside."""
    inside = communities.membership_of(request.person, community)
    return redirect("tiers:index" if inside else "community:join", slug=community.slug)


def _give_days(request: PersonRequest, plan: "TierPlan", form: DaysForm) -> "TierTime":
    said = form.cleaned_data
    try:
        person = _member(plan.community, said["handle"])
    except GiftRefused as error:
        raise GiftRefused(fields={"handle": error.fields["person"]}) from None
    try:
        return actions.give_tier_time(
            actor=request.person, plan=plan, person=person, days=said["days"],
            reason=said["reason"],
        )  # fmt: skip
    except GiftRefused as error:
        raise GiftRefused(fields={"handle": error.fields["person"]}) from None


def _member(community: "Community", called: str) -> "Person":
    """Return whom a name or a handle means. GiftRefused."""
    found = communities.people_called(community, [called]).get(called, [])
    if len(found) > 1:
        raise GiftRefused(
            fields={"person": [_("Several members have this name; write the handle.")]}
        )
    try:  # whose time is over is no member now
        return found[0] if found else get_person(handle=called.strip().removeprefix("@"))
    except PersonNotFound:
        said = _("Nobody here has this name or handle.")
        raise GiftRefused(fields={"person": [said]}) from None
