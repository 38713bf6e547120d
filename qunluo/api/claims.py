"""After the purchase: returns, complaints, invoices, and what many complained about."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import File, Form, Status
from ninja.files import UploadedFile
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.claimed import (
    ClaimPath,
    GroupComplaint,
    Invoice,
    ShownClaim,
    show_claim,
    show_group,
    show_invoice,
)
from qunluo.api.community import PICTURES, SlugPath, community_of
from qunluo.api.errors import TooLarge
from qunluo.api.market import LARGEST, Quantity
from qunluo.api.ordered import OrderPath
from qunluo.api.shapes import Given, Id, Shown
from qunluo.kernel import media
from qunluo.kernel.text import _
from qunluo.market import actions, queries
from qunluo.market.errors import ProductNotFound

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("claims", "After-sales")
MINE = "/me/orders/{order_uid}"
ONE = "/claims/{claim_uid}"
Words = Annotated[str, Field(max_length=2_000)]


class ReturnableLine(Shown):
    """A line of an order, and how many of it may still go back."""

    line_id: int
    title: str
    variant_name: str
    quantity: int
    returnable: bool
    no_return: str


class AfterSales(Shown):
    """What the buyer of an order may still ask for, and what came of what they asked."""

    return_until: datetime | None = Field(description=_("Null when nothing can go back."))
    complaint_until: datetime | None
    lines: list[ReturnableLine]
    claims: list[ShownClaim]
    invoice: Invoice | None


class ReturnLineWish(Given):
    """So many of a line are to go back."""

    line_id: Id
    quantity: Quantity


class ReturnWish(Given):
    """What is to go back, and why."""

    lines: list[ReturnLineWish] = Field(min_length=1, max_length=50)
    words: Words


class ComplaintWish(Given):
    """What is wrong, and what is wanted."""

    product_uid: str = Field(max_length=12, pattern=r"^[A-Z0-9]+$")
    kind: str = Field(max_length=20, description=_("By definitions/claims.toml."))
    words: Words
    wants: Literal["refund_part", "refund_whole", "replacement", "answer"]
    amount: int | None = Field(
        None, ge=1, le=LARGEST, description=_("How much, where a part is wanted back.")
    )


class ClaimPictureWish(Given):
    """What is told about a picture."""

    alt: str = Field("", max_length=200, description=_("What it shows."))


class SendingBack(Given):
    """By whom and under which number something is on its way back."""

    carrier: str = Field(max_length=40)
    tracking: str = Field("", max_length=60)


class Disagreeing(Given):
    """Why somebody does not agree."""

    words: Words


class InvoiceWish(Given):
    """What stands in the invoice."""

    sort: Literal["personal", "company"] = "personal"
    title: str = Field(max_length=100)
    tax_number: str = Field("", max_length=30)
    mail: str = Field("", max_length=254)


@area.read(f"{MINE}/after-sales", AfterSales, scope="shop:read")
def after_sales(request: Caller, order_uid: OrderPath) -> dict[str, Any]:
    """Get what one may still ask for about an order."""
    order = _order(request, order_uid)
    found = queries.after_sales(order)
    invoice = queries.find_invoice(order.pk)
    return {
        "return_until": found.return_until,
        "complaint_until": found.complaint_until,
        "lines": [
            {
                "line_id": line.pk,
                "title": line.title,
                "variant_name": line.variant_name,
                "quantity": left,
                "returnable": line.returnable,
                "no_return": line.no_return,
            }
            for line, left in found.lines
        ],
        "claims": [show_claim(one) for one in queries.claims_of(order)],
        "invoice": show_invoice(invoice) if invoice else None,
    }


@area.write("POST", f"{MINE}/returns", ShownClaim, scope="shop:write", status=201)
def ask_return(request: Caller, order_uid: OrderPath, wish: ReturnWish) -> Status[dict[str, Any]]:
    """Ask to send something back."""
    made = actions.ask_return(
        actor=request.person,
        order=_order(request, order_uid),
        quantities={one.line_id: one.quantity for one in wish.lines},
        words=wish.words,
    )
    return Status(201, shown_claim(request, made))


@area.write("POST", f"{MINE}/complaints", ShownClaim, scope="shop:write", status=201)
def complain(request: Caller, order_uid: OrderPath, wish: ComplaintWish) -> Status[dict[str, Any]]:
    """Say what is wrong with something one bought."""
    view = queries.own_order(order_uid, person=request.person)
    made = actions.complain(
        actor=request.person,
        order=view.order,
        product=_product(view, wish.product_uid),
        kind=wish.kind,
        words=wish.words,
        wants=wish.wants,
        amount=wish.amount,
    )
    return Status(201, shown_claim(request, made))


@area.read(ONE, ShownClaim, scope="shop:read")
def claim(request: Caller, claim_uid: ClaimPath) -> dict[str, Any]:
    """Get a claim."""
    return show_claim(queries.get_claim(claim_uid, viewer=request.person))


@area.write("POST", f"{ONE}/pictures", ShownClaim, scope="shop:write", status=201, rate=PICTURES)
def add_claim_picture(
    request: Caller,
    claim_uid: ClaimPath,
    picture: File[UploadedFile],
    wish: Form[ClaimPictureWish],
) -> Status[dict[str, Any]]:
    """Add a picture to a claim of one's own."""
    if (picture.size or 0) > media.MOST_BYTES:
        raise TooLarge
    found = claim_of(request, claim_uid)
    actions.add_claim_picture(actor=request.person, claim=found, data=picture.read(), alt=wish.alt)
    return Status(201, shown_claim(request, found))


@area.write("POST", f"{ONE}/send", ShownClaim, scope="shop:write")
def send_return(request: Caller, claim_uid: ClaimPath, wish: SendingBack) -> dict[str, Any]:
    """Say that something is on its way back."""
    return acted(
        request, claim_uid, actions.send_return, carrier=wish.carrier, tracking=wish.tracking
    )


@area.write("POST", f"{ONE}/agree", ShownClaim, scope="shop:write")
def accept_offer(request: Caller, claim_uid: ClaimPath) -> dict[str, Any]:
    """Agree to what the shop offered."""
    return acted(request, claim_uid, actions.accept_offer)


@area.write("POST", f"{ONE}/dispute", ShownClaim, scope="shop:write")
def dispute_claim(request: Caller, claim_uid: ClaimPath, wish: Disagreeing) -> dict[str, Any]:
    """Let somebody else decide."""
    return acted(request, claim_uid, actions.dispute_claim, words=wish.words)


@area.write("POST", f"{ONE}/withdraw", ShownClaim, scope="shop:write")
def withdraw_claim(request: Caller, claim_uid: ClaimPath) -> dict[str, Any]:
    """Not go on with a claim of one's own."""
    return acted(request, claim_uid, actions.withdraw_claim)


@area.write("POST", f"{MINE}/invoice", Invoice, scope="shop:write", status=201)
def ask_invoice(request: Caller, order_uid: OrderPath, wish: InvoiceWish) -> Status[dict[str, Any]]:
    """Ask for an invoice, or change what stands in it."""
    made = actions.ask_invoice(
        actor=request.person, order=_order(request, order_uid), **wish.model_dump()
    )
    return Status(201, show_invoice(made))


@area.read(
    "/communities/{slug}/shop/complaints", list[GroupComplaint], scope="shop:read", public=True
)
def group_complaints(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List what many complained about."""
    found = queries.group_complaints(community_of(request, slug), viewer=request.person)
    return [show_group(one) for one in found]


def acted(request: Caller, uid: str, act: Callable[..., object], **said: Any) -> dict[str, Any]:
    """Do something with a claim that the caller may see, and show it as it is then."""
    found = claim_of(request, uid)
    act(actor=request.person, claim=found, **said)
    return shown_claim(request, found)


def claim_of(request: Caller, uid: str) -> "rows.Claim":
    """Return a claim that the caller may see. ClaimNotFound."""
    return queries.get_claim(uid, viewer=request.person).claim


def shown_claim(request: Caller, claim: "rows.Claim") -> dict[str, Any]:
    """Show a claim as it is now."""
    return show_claim(queries.get_claim(claim.uid, viewer=request.person))


def _order(request: Caller, uid: str) -> "rows.Order":
    return queries.own_order(uid, person=request.person).order


def _product(view: queries.OrderView, uid: str) -> "rows.Product":
    """Return what an order is of, by its code. ProductNotFound."""
    found = next((line.product for line in view.lines if line.product.uid == uid), None)
    if found is None:
        raise ProductNotFound
    return found
