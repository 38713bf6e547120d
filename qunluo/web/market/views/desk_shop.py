"""The desk of a shop: what holds for all its orders, and how it is paid."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import closed_gates, get_membership
from qunluo.kernel.errors import DomainError, NotFound
from qunluo.ledger.queries import MANAGE as KEEP_BOOKS
from qunluo.market import actions, queries
from qunluo.market.errors import UnknownProvider
from qunluo.people.queries import get_person
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.forms import (
    CreditForm,
    MerchantForm,
    OpenForm,
    PointForm,
    RateForm,
    ShopForm,
)
from qunluo.web.market.pages import key_of, show_market

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import Shop


def run_shop(request: PersonRequest, slug: str) -> "tuple[Community, Shop]":
    """Return a community and its shop for who runs it. PermissionMissing, ShopNotFound."""
    community = desk_of(request, slug, queries.MANAGE)
    shop = queries.get_shop(community)
    shop.community = community
    return community, shop


@require_POST
@signed_in
def begin(request: PersonRequest, slug: str) -> HttpResponse:
    """Begin a shop; it sells nothing yet."""
    community = desk_of(request, slug, queries.MANAGE)
    actions.set_up_shop(
        actor=request.person, community=community, currency=request.POST.get("currency", "CNY")[:3]
    )
    return redirect("market:settings", slug=slug)


@require_http_methods(["GET", "POST"])
@signed_in
def settings(request: PersonRequest, slug: str) -> HttpResponse:
    """Show and change what holds for all orders."""
    community, shop = run_shop(request, slug)
    form = ShopForm(posted(request), initial={n: getattr(shop, n) for n in ShopForm.base_fields})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if carry_out(form, lambda: actions.edit_shop(actor=request.person, shop=shop, **said)):
            messages.success(request, _("Saved."))
            return redirect("market:settings", slug=slug)
    context = {
        "shop": shop,
        "form": form,
        "points": queries.pickup_points(community, all_of_them=True),
        "rates": queries.delivery_rates(community, all_of_them=True),
    }
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_settings.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def open_it(request: PersonRequest, slug: str) -> HttpResponse:
    """Open the shop once it is trusted, or say why it opens all the same."""
    community, shop = run_shop(request, slug)
    form = OpenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if carry_out(
            form, lambda: actions.open_shop(actor=request.person, shop=shop, reason=reason)
        ):
            messages.success(request, _("The shop is open."))
            return redirect("market:desk", slug=slug)
    context = {
        "shop": shop,
        "form": form,
        "line": queries.trust_line(shop),
        "closed": closed_gates(community, ["sell"]),
    }
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_open.html", context, desk=True, status=status)


@require_POST
@signed_in
def pause(request: PersonRequest, slug: str) -> HttpResponse:
    """Sell nothing for now."""
    _community, shop = run_shop(request, slug)
    actions.pause_shop(actor=request.person, shop=shop)
    messages.success(request, _("The shop pauses. Orders that live go on."))
    return redirect("market:desk", slug=slug)


@require_http_methods(["GET", "POST"])
@signed_in
def point(request: PersonRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Write down a pick-up point, or change one."""
    community, shop = run_shop(request, slug)
    known = {one.pk: one for one in queries.pickup_points(community, all_of_them=True)}
    found = known.get(pk) if pk is not None else None
    if pk is not None and found is None:
        raise NotFound
    form = PointForm(posted(request), initial=vars(found) if found else None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"actor": request.person, "shop": shop, "point": found}
        if carry_out(form, lambda: actions.save_point(**given, **form.cleaned_data)):
            return redirect("market:settings", slug=slug)
    context = {"shop": shop, "form": form, "title": _("Pick-up point"), "back": "market:settings"}
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_form.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def rate(request: PersonRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Write down what sending costs, or change it."""
    community, shop = run_shop(request, slug)
    known = {one.pk: one for one in queries.delivery_rates(community, all_of_them=True)}
    found = known.get(pk) if pk is not None else None
    if pk is not None and found is None:
        raise NotFound
    form = RateForm(posted(request), shop=shop, rate=found)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"actor": request.person, "shop": shop, "rate": found}
        if carry_out(form, lambda: actions.save_rate(**given, **form.cleaned_data)):
            return redirect("market:settings", slug=slug)
    context = {
        "shop": shop,
        "form": form,
        "title": _("What sending costs"),
        "back": "market:settings",
    }
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_form.html", context, desk=True, status=status)


@require_GET
@signed_in
def merchants(request: PersonRequest, slug: str) -> HttpResponse:
    """Show how the shop is paid, and how it could be."""
    community, shop = run_shop(request, slug)
    attached = {
        one.provider: one
        for one in queries.merchants(community, viewer=request.person)
        if one.active
    }
    known = [
        about for name, about in queries.known_providers().items()
        if queries.takes(name, shop.currency)
    ]  # fmt: skip
    context = {"shop": shop, "known": known, "attached": attached}
    return show_market(request, community, "desk_merchants.html", context, desk=True)


@require_http_methods(["GET", "POST"])
@signed_in
def merchant(request: PersonRequest, slug: str, provider: str) -> HttpResponse:
    """Attach an account with a provider, or change it."""
    community, shop = run_shop(request, slug)
    about = queries.known_providers().get(provider)
    if about is None:
        raise UnknownProvider
    mine = queries.merchants(community, viewer=request.person)
    account = next((one for one in mine if one.provider == provider and one.active), None)
    form = MerchantForm(posted(request), about=about, account=account)
    if request.method == "POST" and form.is_valid():
        given = form.given()
        try:
            actions.attach_merchant(
                actor=request.person, shop=shop, provider=provider,
                name=form.cleaned_data["name"], given=given,
            )  # fmt: skip
        except DomainError as error:
            _explain(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("market:merchants", slug=slug)
    context = {"shop": shop, "form": form, "about": about, "account": account}
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_merchant.html", context, desk=True, status=status)


def _explain(form: MerchantForm, error: DomainError) -> None:
    """Put a refusal beside the settings it is about."""
    fields = error.say_fields(_)
    for name, lines in fields.items():
        form.add_error(f"s_{name}" if f"s_{name}" in form.fields else None, lines)
    if not fields:
        form.add_error(None, " ".join(error.say(_)))


@require_POST
@signed_in
def detach(request: PersonRequest, slug: str, provider: str) -> HttpResponse:
    """Take no more payments that way."""
    community, _shop = run_shop(request, slug)
    for account in queries.merchants(community, viewer=request.person):
        if account.provider == provider and account.active:
            actions.detach_merchant(actor=request.person, account=account)
    return redirect("market:merchants", slug=slug)


@require_http_methods(["GET", "POST"])
@signed_in
def credit(request: PersonRequest, slug: str, handle: str) -> HttpResponse:
    """Give a member store credit, with a reason that they read."""
    community = desk_of(request, slug, KEEP_BOOKS)
    shop = queries.get_shop(community)
    person = get_person(handle=handle)
    get_membership(person, community)
    form = CreditForm(posted(request), currency=shop.currency)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {
            "actor": request.person, "community": community, "person": person, **form.cleaned_data,
        }  # fmt: skip
        key = key_of(request)
        if carry_out(form, lambda: actions.give_credit(**said, key=key)):
            messages.success(request, _("Given. It is in the log, with your name."))
            return redirect("community:member", slug=slug, handle=handle)
    context = {"shop": shop, "form": form, "receiver": person}
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_credit.html", context, desk=True, status=status)
