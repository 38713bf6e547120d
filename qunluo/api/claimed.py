"""How claims, group complaints and invoices are shown to whoever may see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path
from pydantic import Field

from qunluo.api.shapes import Shown
from qunluo.kernel.text import _
from qunluo.market import queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

ClaimPath = Annotated[str, Path(max_length=12, pattern=r"^[A-Z0-9]+$")]


class ClaimLine(Shown):
    """So many of a line that go back."""

    line_id: int
    title: str
    variant_name: str
    quantity: int


class ShownClaim(Shown):
    """A return or a complaint; amounts are whole minor units of the order's currency."""

    uid: str
    url: str
    order_uid: str
    sort: str = Field(description=_("return or complaint."))
    state: str = Field(
        description=_(
            "open, offered, accepted, sent, declined, disputed, done, withdrawn or lapsed."
        )
    )
    due_at: datetime | None = Field(description=_("When it goes on by itself."))
    product_uid: str
    kind: str
    words: str
    wants: str
    wanted: int | None
    lines: list[ClaimLine]
    pictures: int = Field(description=_("How many there are."))
    answer: str
    offer: int
    replaces: bool = Field(description=_("A replacement comes."))
    answered_at: datetime | None
    carrier: str
    tracking: str
    dispute: str
    decision: str
    decided_at: datetime | None
    paid: int = Field(description=_("What went back by it."))
    group_uid: str = Field(description=_("Of the group complaint that it is part of."))
    made_at: datetime
    ended_at: datetime | None


class GroupComplaint(Shown):
    """What many complained about, as everybody reads it."""

    uid: str
    url: str
    product_uid: str
    title: str
    kind: str
    state: str = Field(description=_("open or answered."))
    overdue: bool
    buyers: int = Field(description=_("How many complained."))
    affected: int = Field(description=_("How many orders get what is published."))
    given: int = Field(description=_("How many of them have it."))
    amount: int = Field(description=_("What went back in all, in whole minor units."))
    answer: str
    remedy: str = Field(description=_("none, part, whole or replacement."))
    percent: int
    opened_at: datetime
    answer_by: datetime
    answered_at: datetime | None


class Invoice(Shown):
    """An invoice that a buyer asked for."""

    order_uid: str
    sort: str = Field(description=_("personal or company."))
    title: str
    tax_number: str
    mail: str
    state: str = Field(description=_("asked, issued or declined."))
    number: str
    amount: int | None
    has_file: bool
    reason: str
    asked_at: datetime
    ended_at: datetime | None


def show_claim(view: queries.ClaimView) -> dict[str, Any]:
    """Show a claim as it stands now."""
    one = view.claim
    names = (
        "uid", "sort", "due_at", "kind", "words", "wants", "wanted", "answer", "offer", "replaces",
        "answered_at", "carrier", "tracking", "dispute", "decision", "decided_at", "paid",
        "made_at", "ended_at",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in names},
        "url": f"/c/{one.community.slug}/claims/{one.uid}/",
        "order_uid": one.order.uid,
        "state": view.state,
        "product_uid": one.product.uid if one.product else "",
        "group_uid": one.group.uid if one.group else "",
        "pictures": len(view.pictures),
        "lines": [
            {
                "line_id": part.line_id,
                "title": part.line.title,
                "variant_name": part.line.variant_name,
                "quantity": part.quantity,
            }
            for part in view.lines
        ],
    }


def show_group(view: queries.GroupView) -> dict[str, Any]:
    """Show a group complaint."""
    one = view.group
    names = (
        "uid", "title", "kind", "state", "answer", "remedy", "percent", "opened_at", "answer_by",
        "answered_at",
    )  # fmt: skip
    counted = ("overdue", "buyers", "affected", "given", "amount")
    return {
        **{name: getattr(one, name) for name in names},
        **{name: getattr(view, name) for name in counted},
        "url": f"/c/{one.community.slug}/shop/complaints/{one.uid}/",
        "product_uid": one.product.uid,
    }


def show_invoice(one: "rows.InvoiceRequest") -> dict[str, Any]:
    """Show what was asked for and how it was issued."""
    names = (
        "sort", "title", "tax_number", "mail", "state", "number", "amount", "reason", "asked_at",
        "ended_at",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in names},
        "order_uid": one.order.uid,
        "has_file": bool(one.file),
    }
