"""The desk of a shop: its orders."""

import csv
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from openpyxl import Workbook

from qunluo.growth.queries import safe_cell
from qunluo.kernel.errors import DomainError, NotFound
from qunluo.kernel.money import digits
from qunluo.market import actions, queries
from qunluo.market.queries import OrderView
from qunluo.web.core.forms import explain, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.claims import after_sales_of
from qunluo.web.market.forms import CodeForm, RefundForm, ShipForm
from qunluo.web.market.pages import plain, show_market, state_names, todo_names, whole

if TYPE_CHECKING:
    from qunluo.community.models import Community

PAGE = 30
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Acts = dict[str, Callable[..., Any]]
ODD_ENDS = {"back", "ended"}  # what somebody does about money that came otherwise
ACTS: Acts = {"confirm": actions.confirm_order, "ready": actions.mark_ready}


@require_GET
@signed_in
def orders(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what waits to be done, and find any order."""
    community = desk_of(request, slug, queries.ORDERS)
    asked = _asked(request)
    after = request.GET.get("after")
    page = queries.orders(community, viewer=request.person, after=after, limit=PAGE, **asked)
    odd, back = queries.troubles(community, viewer=request.person)
    query = "&".join(f"{k}={v}" for k, v in asked.items() if v)
    context = {
        "found": page.items,
        "more": f"?{query}&after={page.next}" if page.next else "",
        "todo": queries.todo_counts(community, viewer=request.person),
        "todo_names": todo_names(),
        "asked": asked,
        "query": query,
        "points": queries.pickup_points(community, all_of_them=True),
        "odd": odd,
        "back": back,
        "waiting": queries.waiting_payments(community, viewer=request.person),
    }
    block = "more" if after else None
    return show_market(request, community, "desk_orders.html", context, block=block, desk=True)


@require_GET
@signed_in
def order(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show one order with everything that can be done about it."""
    community, view = _view(request, slug, uid)
    return _show(request, community, view)


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Take an order on, send it, lay it ready, hand it over, or call it off."""
    community, view = _view(request, slug, uid)
    wish = request.POST.get("act", "")
    ship, code = ShipForm(posted(request)), CodeForm(posted(request))
    given: dict[str, Any] = {"actor": request.person, "order": view.order}
    try:
        if wish in ACTS:
            ACTS[wish](**given)
        elif wish == "ship" and ship.is_valid():
            actions.ship_order(**given, **ship.cleaned_data)
        elif wish == "hand_over" and code.is_valid():
            actions.hand_over(**given, code=code.cleaned_data["code"])
        elif wish == "cancel":
            reason = request.POST.get("reason", "")[:400].replace("\0", "")
            actions.cancel_order(**given, reason=reason)
        else:
            return _show(request, community, view, ship=ship, code=code, status=422)
    except DomainError as error:
        explain(code if wish == "hand_over" else ship, error)
        return _show(request, community, view, ship=ship, code=code, status=422)
    return redirect("market:desk_order", slug=slug, uid=uid)


@require_POST
@signed_in
def many(request: PersonRequest, slug: str) -> HttpResponse:
    """Take on, or lay ready, the orders that were marked."""
    community = desk_of(request, slug, queries.ORDERS)
    wish, done, refused = request.POST.get("act", ""), 0, 0
    for uid in request.POST.getlist("order")[:200]:
        if wish not in ACTS:
            break
        try:
            view = queries.get_order(uid[:12], viewer=request.person, community=community)
            ACTS[wish](actor=request.person, order=view.order)
            done += 1
        except DomainError:
            refused += 1
    if done:
        told = ngettext("%(n)s order has moved on.", "%(n)s orders have moved on.", done)
        messages.success(request, told % {"n": done})
    if refused:
        told = ngettext(
            "%(n)s order was elsewhere already.", "%(n)s orders were elsewhere already.", refused
        )
        messages.warning(request, told % {"n": refused})
    return redirect("market:desk_orders", slug=slug)


@require_http_methods(["GET", "POST"])
@signed_in
def refund(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Send back what was paid, or a part of it."""
    community, view = _view(request, slug, uid)
    payment = view.payment
    most = payment.amount - payment.refunding if payment else 0
    form = RefundForm(posted(request), currency=view.order.currency, most=most)
    if request.method == "POST" and form.is_valid():
        try:
            actions.refund_order(actor=request.person, order=view.order, **form.cleaned_data)
        except DomainError as error:
            explain(form, error)
        else:
            messages.success(request, _("Decided. The buyer is told, with the reason."))
            return redirect("market:desk_order", slug=slug, uid=uid)
    context = {"view": view, "form": form, "most": most}
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_refund.html", context, desk=True, status=status)


@require_POST
@signed_in
def payment(request: PersonRequest, slug: str, number: str) -> HttpResponse:
    """Say that a transfer or cash has come, or end the case of money that came otherwise."""
    desk_of(request, slug, queries.ORDERS)
    found = queries.get_payment(number, viewer=request.person)
    given: dict[str, Any] = {"actor": request.person, "payment": found}
    wish, ref = request.POST.get("wish", ""), request.POST.get("ref", "")[:80].replace("\0", "")
    if wish not in ODD_ENDS:
        actions.confirm_payment(**given, ref=ref)
        messages.success(request, _("It is booked."))
        return redirect("market:desk_order", slug=slug, uid=found.order.uid)
    reason = request.POST.get("reason", "")
    try:
        actions.end_odd_payment(**given, back=wish == "back", reason=reason)
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
    else:
        messages.success(request, _("It is booked."))
    return redirect("market:desk_order", slug=slug, uid=found.order.uid)


@require_POST
@signed_in
def refunded(request: PersonRequest, slug: str, number: str) -> HttpResponse:
    """Say that a refund was made by hand, or let it be tried again."""
    desk_of(request, slug, queries.ORDERS)
    found = queries.get_refund(number, viewer=request.person)
    if request.POST.get("wish") == "again":
        actions.try_again(actor=request.person, refund=found)
    else:
        ref = request.POST.get("ref", "")[:80].replace("\0", "")
        actions.refunded_by_hand(actor=request.person, refund=found, ref=ref)
    return redirect("market:desk_order", slug=slug, uid=found.order.uid)


@require_GET
@signed_in
def packing(request: PersonRequest, slug: str, point: int) -> HttpResponse:
    """Print what is to be packed for a pick-up point."""
    community = desk_of(request, slug, queries.ORDERS)
    known = {one.pk: one for one in queries.pickup_points(community, all_of_them=True)}
    if point not in known:
        raise NotFound
    found = queries.packing_list(community, point, viewer=request.person)
    context = {
        "point": known[point],
        "found": found,
        "totals": queries.packed_totals(found),
    }
    return show_market(request, community, "packing.html", context, desk=True)


@require_GET
@signed_in
def table(request: PersonRequest, slug: str) -> HttpResponseBase:
    """Give orders as a CSV table."""
    community = desk_of(request, slug, queries.ORDERS)
    found = queries.orders_for_table(community, viewer=request.person, **_asked(request))
    answer = StreamingHttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="orders-{slug}.csv"'
    return answer


@require_GET
@signed_in
def workbook(request: PersonRequest, slug: str) -> HttpResponse:
    """Give orders as an Excel workbook."""
    community = desk_of(request, slug, queries.ORDERS)
    found = queries.orders_for_table(community, viewer=request.person, **_asked(request))
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Orders"))
    for row in _rows(found):
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    answer = HttpResponse(out.getvalue(), content_type=SHEET)
    answer["Content-Disposition"] = f'attachment; filename="orders-{slug}.xlsx"'
    return answer


def _asked(request: PersonRequest) -> dict[str, Any]:
    point = whole(request.GET.get("point", ""))
    return {
        "todo": request.GET.get("todo", "")[:20],
        "state": request.GET.get("state", "")[:12],
        "words": request.GET.get("words", "")[:80].replace("\0", ""),
        "point": point or None,
    }


def _view(request: PersonRequest, slug: str, uid: str) -> "tuple[Community, OrderView]":
    community = desk_of(request, slug, queries.ORDERS)
    return community, queries.get_order(uid, viewer=request.person, community=community)


def _show(
    request: PersonRequest, community: "Community", view: OrderView, *,
    ship: ShipForm | None = None, code: CodeForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "view": view,
        "ship": ship or ShipForm(initial={n: getattr(view.order, n) for n in ShipForm.base_fields}),
        "code": code or CodeForm(),
        "fronts": queries.first_pictures(line.product_id for line in view.lines),
        **after_sales_of(view),
    }
    return show_market(request, community, "desk_order.html", context, desk=True, status=status)


def _rows(found: list[OrderView]) -> Iterator[list[str]]:
    """Yield a line for each line of an order; no cell is ever taken for a formula."""
    yield [
        _("Order number"), _("State"), _("Placed"), _("Buyer"), _("Product"), _("Variant"),
        _("Quantity"),
        _("Price"), _("Amount"), _("Coupon"), _("Total of the order"), _("Currency"), _("How"),
        _("Name"),
        _("Telephone"), _("Street and house"), _("Pick-up point"), _("Carrier"),
        _("Tracking number"), _("A word from the buyer"),
    ]  # fmt: skip
    names = state_names()
    for view in found:
        one, exponent = view.order, digits(view.order.currency)
        where = one.address
        for line in view.lines:
            cells = [
                one.uid, names[view.state], one.placed_at.isoformat(timespec="seconds"),
                one.buyer.name, line.title, line.variant_name, str(line.quantity),
                plain(line.price, exponent), plain(line.amount, exponent),
                plain(line.discount, exponent), plain(one.total, exponent), one.currency,
                one.method, where.get("name", ""),
                where.get("phone", ""), f"{where.get('region', '')} {where.get('detail', '')}",
                one.point.name if one.point else "", one.carrier, one.tracking, one.note,
            ]  # fmt: skip
            yield [safe_cell(cell) for cell in cells]


def _csv(found: list[OrderView]) -> Iterator[str]:
    out = StringIO()
    writer = csv.writer(out)
    yield "\ufeff"
    for row in _rows(found):
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
