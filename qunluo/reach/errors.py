"""What reach refuses."""

from qunluo.kernel.errors import Invalid, NotFound
from qunluo.kernel.text import _


class BadUnsubscribeLink(NotFound):
    """The link is damaged or was not made here."""

    code = "reach.bad_unsubscribe_link"
    message = _("This unsubscribe link is not complete.")
    next_step = _("Open it again from the mail, or answer the mail and ask us to stop.")


class BadAddress(Invalid):
    """The address cannot receive mail."""

    code = "reach.bad_address"
    message = _("This is not an e-mail address.")
    next_step = _("Correct it and try again.")


class DeliveryNotFound(NotFound):
    """No failed mail of this community under that number."""

    code = "reach.delivery_not_found"
    message = _("We could not find this mail.")
    next_step = _("Look at the list again; it may have been sent in the meantime.")
