"""After-sales for who runs the shop: answers, returns, disputes, public answers, invoices."""

from typing import Any, Literal

from ninja import Query
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
from qunluo.api.claims import ONE, Words, acted
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST, Price
from qunluo.api.ordered import OrderPath
from qunluo.api.shapes import Given, Listing, Paging, Shown, listing
from qunluo.kernel.text import _
from qunluo.market import actions, queries

area = Area("claim_desk", "Answering claims")


class ClaimFilter(Paging):
    """Which claims."""

    todo: Literal["", "answer", "take", "decide", "wait", "ended"] = ""
    sort: Literal["", "return", "complaint"] = ""


class ClaimTodo(Shown):
    """How many claims wait for each thing."""

    answer: int
    take: int
    decide: int
    wait: int


class OfferWish(Given):
    """What the shop answers to a complaint."""

    words: Words
    amount: Price = 0
    replaces: bool = Field(default=False, description=_("A replacement comes."))


class AcceptWish(Given):
    """Where something is to be sent."""

    words: str = Field("", max_length=2_000)


class DeclineWish(Given):
    """Why something may not come back; the buyer reads it."""

    words: Words


class TakeWish(Given):
    """What goes back for something that came back."""

    amount: int | None = Field(
        None, ge=0, le=LARGEST, description=_("The whole price without; less needs words.")
    )
    words: str = Field("", max_length=2_000)
    restock: bool = Field(default=False, description=_("It can be sold again."))


class DisputeDecision(Given):
    """How a dispute ends; both sides read why."""

    amount: Price
    words: Words


class PublicAnswer(Given):
    """What everybody reads, and what each order concerned gets."""

    words: Words
    remedy: Literal["none", "part", "whole", "replacement"]
    percent: int = Field(0, ge=0, le=99, description=_("Of the price, where it is a part."))


class InvoiceFilter(Paging):
    """Which invoices."""

    state: Literal["asked", "issued", "declined", ""] = "asked"


class IssueWish(Given):
    """Under which number an invoice was issued."""

    number: str = Field(min_length=1, max_length=40)


class InvoiceRefusal(Given):
    """Why an invoice cannot be issued as asked for; the buyer reads it."""

    reason: str = Field(max_length=400)


@area.read("/communities/{slug}/shop/claims", Listing[ShownClaim], scope="selling:read")
def shop_claims(request: Caller, slug: SlugPath, wanted: Query[ClaimFilter]) -> dict[str, Any]:
    """List the claims of a shop."""
    found = queries.claims(
        community_of(request, slug),
        viewer=request.person,
        todo=wanted.todo,
        sort=wanted.sort,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, show_claim)


@area.read("/communities/{slug}/shop/claims/todo", ClaimTodo, scope="selling:read")
def claim_todo(request: Caller, slug: SlugPath) -> dict[str, int]:
    """Count what waits among claims."""
    found = queries.claim_counts(community_of(request, slug), viewer=request.person)
    return {name: found[name] for name in ClaimTodo.model_fields}


@area.write("POST", f"{ONE}/offer", ShownClaim, scope="selling:write")
def offer_remedy(request: Caller, claim_uid: ClaimPath, wish: OfferWish) -> dict[str, Any]:
    """Answer a complaint."""
    return acted(request, claim_uid, actions.offer_remedy, **wish.model_dump())


@area.write("POST", f"{ONE}/accept", ShownClaim, scope="selling:write")
def accept_return(request: Caller, claim_uid: ClaimPath, wish: AcceptWish) -> dict[str, Any]:
    """Let something come back."""
    return acted(request, claim_uid, actions.accept_return, words=wish.words)


@area.write("POST", f"{ONE}/decline", ShownClaim, scope="selling:write")
def decline_return(request: Caller, claim_uid: ClaimPath, wish: DeclineWish) -> dict[str, Any]:
    """Not let something come back."""
    return acted(request, claim_uid, actions.decline_return, words=wish.words)


@area.write("POST", f"{ONE}/take", ShownClaim, scope="selling:write")
def take_return(request: Caller, claim_uid: ClaimPath, wish: TakeWish) -> dict[str, Any]:
    """Say that something came back."""
    return acted(request, claim_uid, actions.take_return, **wish.model_dump())


@area.write("POST", f"{ONE}/decide", ShownClaim, scope="selling:write")
def decide_dispute(request: Caller, claim_uid: ClaimPath, wish: DisputeDecision) -> dict[str, Any]:
    """Decide a dispute for good."""
    return acted(request, claim_uid, actions.decide_dispute, **wish.model_dump())


@area.write(
    "POST",
    "/communities/{slug}/shop/complaints/{group_uid}/answer",
    GroupComplaint,
    scope="selling:write",
)
def answer_group_complaint(
    request: Caller, slug: SlugPath, group_uid: ClaimPath, wish: PublicAnswer
) -> dict[str, Any]:
    """Answer in public what many complained about."""
    here = community_of(request, slug)
    found = queries.get_group_complaint(group_uid, viewer=request.person, community=here)
    actions.answer_group_complaint(actor=request.person, group=found.group, **wish.model_dump())
    return show_group(queries.get_group_complaint(group_uid, viewer=request.person))


@area.read("/communities/{slug}/shop/invoices", Listing[Invoice], scope="selling:read")
def shop_invoices(request: Caller, slug: SlugPath, wanted: Query[InvoiceFilter]) -> dict[str, Any]:
    """List the invoices that buyers asked for."""
    found = queries.invoices(
        community_of(request, slug),
        viewer=request.person,
        state=wanted.state,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, show_invoice)


@area.write("POST", "/orders/{order_uid}/invoice/issue", Invoice, scope="selling:write")
def issue_invoice(request: Caller, order_uid: OrderPath, wish: IssueWish) -> dict[str, Any]:
    """Say under which number an invoice was issued."""
    found = queries.get_invoice(order_uid, viewer=request.person)
    done = actions.issue_invoice(actor=request.person, invoice=found, number=wish.number)
    return show_invoice(done)


@area.write("POST", "/orders/{order_uid}/invoice/decline", Invoice, scope="selling:write")
def decline_invoice(request: Caller, order_uid: OrderPath, wish: InvoiceRefusal) -> dict[str, Any]:
    """Say why an invoice cannot be issued as asked for."""
    found = queries.get_invoice(order_uid, viewer=request.person)
    done = actions.decline_invoice(actor=request.person, invoice=found, reason=wish.reason)
    return show_invoice(done)
