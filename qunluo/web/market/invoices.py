"""Receipts to print, and invoices: asking for one, issuing it, fetching its file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.kernel.errors import DomainError
from qunluo.market import actions, queries
from qunluo.web.core.forms import carry_out, posted, refusal
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.claim_forms import InvoiceForm, IssueForm
from qunluo.web.market.pages import handed, shop_of, show_market


@require_GET
@signed_in
def receipt(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show the receipt of a paid order, to print."""
    community, shop = shop_of(request, slug)
    found = queries.receipt(uid, viewer=request.person, community=community)
    context = {
        "receipt": found, "view": found.view, "shop": shop,
        "fronts": queries.first_pictures(line.product_id for line in found.view.lines),
    }  # fmt: skip
    return show_market(request, community, "receipt.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def invoice(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Ask for an invoice, or change what it says until it is issued."""
    community, _shop = shop_of(request, slug)
    view = queries.own_order(uid, person=request.person, community=community)
    known = queries.find_invoice(view.order.pk)
    names = ("sort", "title", "tax_number", "mail")
    initial = {name: getattr(known, name) for name in names} if known else None
    form = InvoiceForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        done = carry_out(
            form,
            lambda: actions.ask_invoice(
                actor=request.person, order=view.order, **form.cleaned_data
            ),
        )
        if done is not None:
            return redirect("market:order", slug=slug, uid=uid)
    context = {"view": view, "form": form}
    status = 422 if form.errors else 200
    return show_market(request, community, "invoice_ask.html", context, status=status)


@require_GET
@signed_in
def file(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Send the file of an invoice to its buyer or to who issued it."""
    shop_of(request, slug)
    with queries.open_invoice(uid, viewer=request.person) as source:
        return handed(source, "application/pdf", f"invoice-{uid}.pdf")


@require_GET
@signed_in
def desk(request: PersonRequest, slug: str) -> HttpResponse:
    """List the invoices that buyers asked for."""
    community = desk_of(request, slug, queries.ORDERS)
    state = request.GET.get("state", "asked")[:10]
    page = queries.invoices(
        community, viewer=request.person, state=state, after=request.GET.get("after")
    )
    named = [("asked", _("To issue")), ("issued", _("Issued")), ("declined", _("Declined"))]
    context = {
        "found": page.items,
        "views": [(text, f"?state={name}", name == state) for name, text in named],
        "more": f"?state={state}&after={page.next}" if page.next else "",
    }
    return show_market(request, community, "invoice_desk.html", context, desk=True)


@require_POST
@signed_in
def issue(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Say that an invoice is issued, with its number or file, or why not."""
    desk_of(request, slug, queries.ORDERS)
    found = queries.get_invoice(uid, viewer=request.person)
    form, here = IssueForm(request.POST, request.FILES), redirect("claims:invoices", slug=slug)
    if not form.is_valid():
        messages.error(request, _("Something is missing."))
        return here
    said = form.cleaned_data
    try:
        if said["wish"] == "decline":
            actions.decline_invoice(actor=request.person, invoice=found, reason=said["reason"])
        else:
            data = said["file"].read() if said["file"] else None
            actions.issue_invoice(
                actor=request.person, invoice=found, number=said["number"], data=data
            )
    except DomainError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, _("Done."))
    return here
