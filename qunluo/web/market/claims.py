"""Returns and complaints: asking, answering, replying and deciding."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.kernel.errors import DomainError
from qunluo.market import actions, queries
from qunluo.market.errors import ClaimNotFound, ComplaintOver, ReturnOver
from qunluo.web.core.forms import carry_out, posted, refusal
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.claim_forms import ActForm, ComplaintForm, ReturnForm
from qunluo.web.market.forms.products import PictureForm
from qunluo.web.market.pages import handed, shop_of, show_market

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import Claim
    from qunluo.market.queries import OrderView


def claim_states() -> dict[str, str]:
    """Return what each state of a claim is called for its reader."""
    return {
        "open": _("Waits for the shop"),
        "offered": _("Waits for the buyer"),
        "accepted": _("To be sent back"),
        "sent": _("On its way back"),
        "declined": _("Declined"),
        "disputed": _("In dispute"),
        "done": _("Settled"),
        "withdrawn": _("Withdrawn"),
        "lapsed": _("Ended by time"),
    }


def after_sales_of(view: "OrderView") -> dict[str, Any]:
    """Return what the page of an order shows of returns, complaints, receipt and invoice."""
    return {
        "claims": queries.claims_of(view.order),
        "sales": queries.after_sales(view.order),
        "invoice": queries.find_invoice(view.order.pk),
        "claim_states": claim_states(),
        "claim_kinds": queries.claim_kinds(),
    }


@require_http_methods(["GET", "POST"])
@signed_in
def give_back(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Ask to send something back."""
    community, view = _mine(request, slug, uid)
    sales = queries.after_sales(view.order)
    if sales.return_until is None:
        raise ReturnOver
    form = ReturnForm(posted(request), request.FILES or None, sales=sales)
    if request.method == "POST" and form.is_valid():
        made = carry_out(
            form,
            lambda: actions.ask_return(
                actor=request.person, order=view.order, quantities=form.quantities(),
                words=form.cleaned_data["words"], pictures=form.pictures(),
                alt=form.cleaned_data["alt"],
            ),
        )  # fmt: skip
        if made is not None:
            return redirect("claims:claim", slug=slug, uid=made.uid)
    context = {"view": view, "form": form, "sales": sales, "returns": True}
    status = 422 if form.errors else 200
    return show_market(request, community, "claim_ask.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def complain(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Say what is wrong."""
    community, view = _mine(request, slug, uid)
    sales = queries.after_sales(view.order)
    if sales.complaint_until is None:
        raise ComplaintOver(days=queries.complaint_days())
    form = ComplaintForm(
        posted(request), request.FILES or None, sales=sales, currency=view.order.currency
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = carry_out(
            form,
            lambda: actions.complain(
                actor=request.person, order=view.order, product=form.things[said["product"]],
                kind=said["kind"], words=said["words"], wants=said["wants"],
                amount=said["amount"], pictures=form.pictures(),
                alt=form.cleaned_data["alt"],
            ),
        )  # fmt: skip
        if made is not None:
            return redirect("claims:claim", slug=slug, uid=made.uid)
    context = {"view": view, "form": form, "sales": sales, "returns": False}
    status = 422 if form.errors else 200
    return show_market(request, community, "claim_ask.html", context, status=status)


@require_GET
@signed_in
def claim(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show how a return or complaint stands, and what comes next."""
    return _show(request, slug, uid)


@require_POST
@signed_in
def add_picture(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Add a picture to a return or complaint of one's own."""
    community, _shop = shop_of(request, slug)
    found = queries.get_claim(uid, viewer=request.person, community=community).claim
    if found.buyer_id != request.person.pk:
        raise ClaimNotFound
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        said = {"data": form.cleaned_data["picture"].read(), "alt": form.cleaned_data["alt"]}
        given = {"actor": request.person, "claim": found, **said}
        if carry_out(form, lambda: actions.add_claim_picture(**given)):
            return redirect("claims:claim", slug=slug, uid=uid)
    return _show(request, slug, uid, form)


def _show(
    request: PersonRequest, slug: str, uid: str, picture_form: PictureForm | None = None
) -> HttpResponse:
    community, _shop = shop_of(request, slug)
    view = queries.get_claim(uid, viewer=request.person, community=community)
    mine = view.claim.buyer_id == request.person.pk
    context = {
        "view": view,
        "mine": mine,
        "picture_form": picture_form or PictureForm(),
        "answers": not mine and queries.runs_orders(request.person, community),
        "decides": not mine and view.claim.answered_by_id != request.person.pk,
        "worth": queries.return_worth(view.claim, view.claim.order),
        "claim_states": claim_states(),
        "claim_kinds": queries.claim_kinds(),
        "claim_wants": queries.claim_wants(),
    }
    status = 422 if picture_form else 200
    return show_market(request, community, "claim.html", context, status=status)


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Do what was chosen."""
    community, _shop = shop_of(request, slug)
    found = queries.get_claim(uid, viewer=request.person, community=community).claim
    form = ActForm(request.POST, currency=found.order.currency)
    here = redirect("claims:claim", slug=slug, uid=uid)
    if not form.is_valid():
        messages.error(request, _("Something is missing."))
        return here
    try:
        _act(request, found, form.cleaned_data)
    except DomainError as error:
        messages.error(request, refusal(error))
    return here


@require_GET
@signed_in
def picture(request: PersonRequest, slug: str, uid: str, pk: int) -> HttpResponse:
    """Send a picture of a claim to who may see it."""
    shop_of(request, slug)
    with queries.get_claim_picture(uid, pk, viewer=request.person) as source:
        return handed(source, "image/webp")


@require_GET
@signed_in
def desk(request: PersonRequest, slug: str) -> HttpResponse:
    """List returns and complaints by what is to be done."""
    community = desk_of(request, slug, queries.DISPUTES)
    todo = request.GET.get("todo", "")[:10]
    page = queries.claims(
        community, viewer=request.person, todo=todo, after=request.GET.get("after")
    )
    context = {
        "found": page.items,
        "todo": todo,
        "more": f"?todo={todo}&after={page.next}" if page.next else "",
        "counts": queries.claim_counts(community, viewer=request.person),
        "todo_names": {
            "answer": _("To answer"),
            "take": _("To take in"),
            "decide": _("To decide"),
            "wait": _("With the buyer"),
        },
        "claim_states": claim_states(),
        "claim_kinds": queries.claim_kinds(),
        "waiting": queries.invoices_waiting(community),
    }
    return show_market(request, community, "claim_desk.html", context, desk=True)


def _act(request: PersonRequest, found: "Claim", said: dict[str, Any]) -> None:
    given: dict[str, Any] = {"actor": request.person, "claim": found}
    words, amount = said["words"], said["amount"]
    match said["act"]:
        case "withdraw":
            actions.withdraw_claim(**given)
        case "agree":
            actions.accept_offer(**given)
        case "dispute":
            actions.dispute_claim(**given, words=words)
        case "send":
            actions.send_return(**given, carrier=said["carrier"], tracking=said["tracking"])
        case "decide":
            actions.decide_dispute(**given, words=words, amount=amount or 0)
        case _other:
            _answer(given, said)
    messages.success(request, _("Done."))


def _answer(given: dict[str, Any], said: dict[str, Any]) -> None:
    words, amount = said["words"], said["amount"]
    match said["act"]:
        case "accept":
            actions.accept_return(**given, words=words)
        case "decline":
            actions.decline_return(**given, words=words)
        case "take":
            actions.take_return(**given, amount=amount, words=words, restock=said["restock"])
        case _other:
            actions.offer_remedy(
                **given, words=words, amount=amount or 0, replaces=said["replaces"]
            )


def _mine(request: PersonRequest, slug: str, uid: str) -> "tuple[Community, OrderView]":
    community, _shop = shop_of(request, slug)
    return community, queries.own_order(uid, person=request.person, community=community)
