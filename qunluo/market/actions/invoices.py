"""Invoices: buyers ask for one, the shop issues it in its own books and says so here."""

import re
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.sniffing import ending_of
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.models import InvoiceRequest, Order
from qunluo.market.rules.permissions import ORDERS
from qunluo.market.rules.states import REFUNDABLE

if TYPE_CHECKING:
    from qunluo.people.models import Person

State, Sort = InvoiceRequest.State, InvoiceRequest.Sort
LONGEST = {"sort": 8, "title": 100, "tax_number": 30, "mail": 254, "number": 40, "reason": 400}
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TAX_NUMBER = re.compile(r"[A-Za-z0-9 -]*")
PDF = "pdf"


@write_tx
def ask_invoice(
    *, actor: "Person", order: Order, sort: str, title: str, tax_number: str = "", mail: str = ""
) -> InvoiceRequest:
    """Ask for an invoice of an order that was paid; until it is issued, what it says can change.

    OrderNotFound, NotPaid, ClaimMovedOn, InvalidInvoice.
    """
    fresh = locked(order.pk)
    if fresh.buyer_id != actor.pk:
        raise errors.OrderNotFound
    if fresh.state not in REFUNDABLE or not fresh.total - fresh.refunded:
        raise errors.NotPaid
    said = _asked(sort=sort, title=title, tax_number=tax_number, mail=mail)
    columns = {**said, "state": State.ASKED, "asked_at": now(), "reason": ""}
    found = InvoiceRequest.objects.filter(order=fresh).first()
    if found is None:
        found = InvoiceRequest.objects.create(order=fresh, **columns)
    elif (
        not InvoiceRequest.objects.filter(pk=found.pk).exclude(state=State.ISSUED).update(**columns)
    ):
        raise errors.ClaimMovedOn
    found.refresh_from_db()
    publish(events.InvoiceAsked(**about(fresh, actor.pk)))
    return found


@write_tx
def issue_invoice(
    *, actor: "Person", invoice: InvoiceRequest, number: str = "", data: bytes | None = None
) -> InvoiceRequest:
    """Say under which number an invoice was issued, add its PDF, or both; once more corrects it.

    PermissionMissing, ClaimMovedOn, InvalidInvoice, NotAFile, FileTooLarge.
    """
    order, fresh = _at_desk(actor, invoice)
    number = _checked(number=number)["number"]
    if data is not None and ending_of(data) != PDF:
        raise errors.InvalidInvoice(fields={"file": [_("Choose a PDF.")]})
    if not number and data is None:
        raise errors.InvalidInvoice(fields={"number": [_("Give its number, its file, or both.")]})
    if fresh.state == State.DECLINED:
        raise errors.ClaimMovedOn
    if data is not None:
        media.delete(fresh.file)
        fresh.file = media.store_file(data).key
    fresh.number = number or fresh.number
    if fresh.state == State.ASKED:
        fresh.amount = order.total - order.refunded
    fresh.state, fresh.by, fresh.ended_at = State.ISSUED, actor, now()
    fresh.save()
    publish(events.InvoiceIssued(**about(order, actor.pk)))
    return fresh


@write_tx
def decline_invoice(*, actor: "Person", invoice: InvoiceRequest, reason: str) -> InvoiceRequest:
    """Say why an invoice cannot be issued as asked for; the buyer may ask anew.

    PermissionMissing, ClaimMovedOn, InvalidInvoice.
    """
    order, fresh = _at_desk(actor, invoice)
    reason = _checked(reason=reason)["reason"]
    if not reason:
        raise errors.InvalidInvoice(fields={"reason": [_("Say why; the buyer reads it.")]})
    asked = InvoiceRequest.objects.filter(pk=fresh.pk, state=State.ASKED)
    if not asked.update(state=State.DECLINED, reason=reason, by=actor, ended_at=now()):
        raise errors.ClaimMovedOn
    fresh.refresh_from_db()
    publish(events.InvoiceDeclined(**about(order, actor.pk)))
    return fresh


def _asked(**given: str) -> dict[str, str]:
    """Return what an invoice is to say. InvalidInvoice."""
    said = _checked(**given)
    wrong: dict[str, list[str]] = {}
    if said["sort"] not in Sort.values:
        wrong["sort"] = [_("Choose one of these.")]
    if not said["title"]:
        wrong["title"] = [_("Write something here.")]
    if not TAX_NUMBER.fullmatch(said["tax_number"]):
        wrong["tax_number"] = [_("Letters and digits alone.")]
    if said["mail"] and not MAIL.fullmatch(said["mail"]):
        wrong["mail"] = [_("This is not an e-mail address.")]
    if wrong:
        raise errors.InvalidInvoice(fields=wrong)
    return said


def _checked(**given: str) -> dict[str, str]:
    said = {name: text.replace("\0", "").strip() for name, text in given.items()}
    wrong = {
        name: [_("This is too long.")] for name, text in said.items() if len(text) > LONGEST[name]
    }
    if wrong:
        raise errors.InvalidInvoice(fields=wrong)
    return said


def _at_desk(actor: "Person", invoice: InvoiceRequest) -> tuple[Order, InvoiceRequest]:
    communities.require(actor, invoice.order.community, ORDERS)
    order = locked(invoice.order_id)
    if order.buyer_id == actor.pk:
        raise errors.OwnOrder
    return order, InvoiceRequest.objects.select_for_update().get(pk=invoice.pk)
