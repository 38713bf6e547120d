"""What is refused after a purchase: returns, complaints, receipts and invoices."""

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _


class ClaimNotFound(NotFound):
    """No such return or complaint, or not for this viewer."""

    code = "market.claim_not_found"
    message = _("There is no such return or complaint.")
    next_step = _("Look at the order.")


class InvalidClaim(Invalid):
    """Something about a return or complaint is missing or wrong; `fields` says where."""

    code = "market.invalid_claim"
    message = _("Something is missing or not right.")


class ClaimMovedOn(Conflict):
    """The return or complaint is no longer where this could be done."""

    code = "market.claim_moved_on"
    message = _("This has moved on in the meantime.")
    next_step = _("Load it again and see how it stands.")


class NotReturnable(Conflict):
    """Something of an order cannot be returned, as its buyer confirmed."""

    code = "market.not_returnable"
    message = _("“{title}” cannot be returned: {why}")
    next_step = _("If something is wrong with it, complain instead.")


class ReturnOver(Conflict):
    """The time to return is over, or has not begun."""

    code = "market.return_over"
    message = _("This order cannot be returned now.")
    next_step = _("Returns are asked for from receipt on, within the days that the shop names.")


class ComplaintOver(Conflict):
    """The order is not sent yet, or was received too long ago."""

    code = "market.complaint_over"
    message = _("A complaint is made once an order is sent, within {days} days of receipt.")
    next_step = _("Ask who runs the shop.")


class AlreadyClaimed(Conflict):
    """The buyer has an open complaint about the same thing."""

    code = "market.already_claimed"
    message = _("You have an open complaint about this already.")
    next_step = _("Go on there; you can add pictures to it.")


class OwnAnswer(Forbidden):
    """Whoever answered a complaint does not decide the dispute about it."""

    code = "market.own_answer"
    message = _("You answered this yourself.")
    next_step = _("Somebody else who may decide disputes has to; the owner can give the role.")


class ReturnUnconfirmed(Invalid):
    """Something that cannot be returned was ordered without confirming that."""

    code = "market.return_unconfirmed"
    message = _("“{title}” cannot be returned: {why}")
    next_step = _("Confirm that you know it, and order again.")


class ComplaintNotFound(NotFound):
    """No such group complaint, or not for this viewer."""

    code = "market.complaint_not_found"
    message = _("There is no such group complaint.")
    next_step = _("Look among those of the shop.")


class ComplaintOpen(Conflict):
    """A product about which a group complaint waits for its answer."""

    code = "market.complaint_open"
    message = _("This product is not sold until its group complaint is answered.")
    next_step = _("Answer it in public first; then put the product on sale again.")


class NotPaid(Conflict):
    """There is neither a receipt nor an invoice for an order that nobody paid."""

    code = "market.not_paid"
    message = _("Nothing was paid for this order.")
    next_step = _("Pay it first.")


class InvoiceNotFound(NotFound):
    """Nobody asked for an invoice of this order, or it has no file."""

    code = "market.invoice_not_found"
    message = _("There is no such invoice.")
    next_step = _("Look at the order.")


class InvalidInvoice(Invalid):
    """Something about an invoice is missing or wrong; `fields` says where."""

    code = "market.invalid_invoice"
    message = _("Something about the invoice is missing or not right.")
