"""Services at the desk: what there is, how it can be booked, and who gives it when."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qunluo.market import actions, queries
from qunluo.people.queries import get_person
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.booking_forms import HoursForm, LengthForm, NameForm, PlanForm
from qunluo.web.market.pages import shop_of, show_market

if TYPE_CHECKING:
    from qunluo.market.models import Product, Variant


@require_http_methods(["GET", "POST"])
@signed_in
def services(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the services of a shop, and write a new one down."""
    community = desk_of(request, slug, queries.MANAGE)
    shop = queries.get_shop(community)
    form = NameForm(posted(request))
    if request.method == "POST" and form.is_valid():
        made = carry_out(
            form,
            lambda: actions.add_service(
                actor=request.person, community=community, title=form.cleaned_data["title"]
            ),
        )
        if made is not None:
            return redirect("bookings:plan", slug=slug, uid=made.product.uid)
    context = {
        "shop": shop, "form": form, "found": queries.services(community, viewer=request.person),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return show_market(request, community, "services.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def plan(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Say how a service can be booked, in which lengths, and by whom it is given."""
    community = desk_of(request, slug, queries.MANAGE)
    shop = queries.get_shop(community)
    product = queries.managed_product(community, uid, viewer=request.person)
    one = queries.get_plan(product)
    if who := request.GET.get("who", "")[:40]:
        return redirect("bookings:hours", slug=slug, uid=uid, handle=get_person(handle=who).handle)
    adds = "minutes" in request.POST
    form = PlanForm(None if adds else posted(request), plan=one)
    length = LengthForm(posted(request) if adds else None, shop=shop)
    asked = length if adds else form
    if request.method == "POST" and asked.is_valid():
        done = carry_out(
            asked,
            (lambda: _add_length(request, product, length))
            if adds
            else lambda: actions.save_plan(actor=request.person, plan=one, **form.cleaned_data),
        )
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect("bookings:plan", slug=slug, uid=uid)
    context = {
        "shop": shop, "form": form, "length": length, "product": product, "plan": one,
        "lengths": product.variants.order_by("place", "pk"),
        "staff": queries.service_staff(one, viewer=request.person),
        "missing": queries.missing_for_sale(product),
        "people": queries.bookable_people(community, viewer=request.person),
    }  # fmt: skip
    status = 422 if asked.errors else 200
    return show_market(request, community, "service.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def staff(request: PersonRequest, slug: str, uid: str, handle: str) -> HttpResponse:
    """Say when somebody gives a service: at the desk, or oneself."""
    community, shop = shop_of(request, slug)
    one = queries.plan_of(community, uid)
    person = get_person(handle=handle)
    found = queries.staff_of(one, person, viewer=request.person)
    form = HoursForm(posted(request), staff=found)
    if request.method == "POST" and form.is_valid():
        done = carry_out(
            form,
            lambda: actions.save_staff(
                actor=request.person, plan=one, person=person, week=form.week(),
                days_off=form.days_off(), active=form.cleaned_data["active"],
            ),
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect(request.path)
    runs = queries.manages_shop(request.person, community)
    context = {"shop": shop, "form": form, "plan": one, "person": person, "runs": runs}
    status = 422 if form.errors else 200
    return show_market(request, community, "service_hours.html", context, status=status)


def _add_length(request: PersonRequest, product: "Product", form: LengthForm) -> "Variant":
    said = form.cleaned_data
    return actions.add_length(
        actor=request.person, product=product, name=said["name"], minutes=said["minutes"],
        price=said["price"],
    )  # fmt: skip
