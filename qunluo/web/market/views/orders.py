"""What somebody ordered: how it stands, paying it, calling it off, having it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import get_community
from qunluo.ledger.queries import in_wallet
from qunluo.market import actions, queries
from qunluo.market.errors import PaymentNotFound
from qunluo.market.queries import OrderView, credit_unit
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.market.bookings import booking_parts
from qunluo.web.market.claims import after_sales_of
from qunluo.web.market.coupons import card_states
from qunluo.web.market.forms import ReasonForm
from qunluo.web.market.pages import qr_code, shop_of, show_market


@require_GET
@signed_in
def own(request: PersonRequest, slug: str) -> HttpResponse:
    """List what somebody ordered here."""
    community, shop = shop_of(request, slug)
    after = request.GET.get("after")
    page = queries.own_orders(request.person, community, after=after)
    context = {
        "shop": shop,
        "found": page.items,
        "more": f"?after={page.next}" if page.next else "",
        "circle": None if after else queries.coverage(community, request.person),
    }
    return show_market(request, community, "orders.html", context, block="more" if after else None)


@require_GET
@signed_in
def order(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show one order: how it stands and what comes next."""
    community, shop = shop_of(request, slug)
    view = queries.own_order(uid, person=request.person, community=community)
    context = {"shop": shop, "view": view, "form": ReasonForm(), **_paying(request, view)}
    context |= after_sales_of(view) | booking_parts(request, view)
    telling_in, telling = queries.to_tell(view.order)
    context |= {
        "telling_in": telling_in,
        "telling": telling,
        "cards": queries.cards_of(view.order, viewer=request.person),
        "card_states": card_states(),
        "takes_back": queries.tier_refundable(view.order),
        "fronts": queries.first_pictures(line.product_id for line in view.lines),
    }
    return show_market(request, community, "order.html", context)


@require_GET
@signed_in
def state(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Answer a page that waits for a payment: reload once it has come, else nothing."""
    view = mine(request, slug, uid)
    if view.state == "placed":
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_http_methods(["GET", "POST"])
@signed_in
def sandbox(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Choose what happens to a payment with which no money moves."""
    community, shop = shop_of(request, slug)
    view = mine(request, slug, uid)
    payment = next((one for one in view.payments if one.way == "inside"), None)
    if payment is None:
        raise PaymentNotFound
    if request.method == "POST":
        wish = request.POST.get("wish", "")[:10]
        actions.pretend(actor=request.person, payment=payment, wish=wish)
        return redirect("market:order", slug=slug, uid=uid)
    context = {"shop": shop, "view": view, "payment": payment}
    return show_market(request, community, "sandbox.html", context)


@require_POST
@signed_in
def cancel(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Call an order off."""
    view = mine(request, slug, uid)
    reason = request.POST.get("reason", "")[:400].replace("\0", "")
    actions.cancel_order(actor=request.person, order=view.order, reason=reason)
    messages.success(request, _("It is called off."))
    return redirect("market:order", slug=slug, uid=uid)


@require_POST
@signed_in
def receive(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Say that one has it."""
    view = mine(request, slug, uid)
    actions.receive_order(actor=request.person, order=view.order)
    messages.success(request, _("Thank you. Tell the others how it is."))
    return redirect("market:order", slug=slug, uid=uid)


def mine(request: PersonRequest, slug: str, uid: str) -> OrderView:
    """Return an order of the viewer's own; that of another is looked at from the desk."""
    community = get_community(slug, viewer=request.person)
    return queries.own_order(uid, person=request.person, community=community)


def _paying(request: PersonRequest, view: OrderView) -> dict[str, object]:
    """Return the ways to pay an order that waits for it, and the payment that is under way."""
    if view.state != "placed":
        return {"ways": [], "credit": None, "under_way": None, "code": ""}
    order = view.order
    under_way = next((one for one in reversed(view.payments) if one.state == "open"), None)
    code = qr_code(under_way.value) if under_way and under_way.way == "code" else ""
    return {
        "ways": queries.ways_to_pay(order.community, order.currency),
        "credit": in_wallet(request.person, order.community, unit=credit_unit(order.currency)),
        "under_way": under_way,
        "code": code,
    }
