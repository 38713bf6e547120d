"""What is refused when services are booked."""

from qunluo.kernel.errors import Conflict, Invalid, NotFound
from qunluo.kernel.text import _


class BookingNotFound(NotFound):
    """No such booking, or not for this viewer."""

    code = "market.booking_not_found"
    message = _("There is no such booking.")
    next_step = _("Look at your orders.")


class NotBookable(Conflict):
    """The product is no service, or nobody gives it at this moment."""

    code = "market.not_bookable"
    message = _("This cannot be booked at this moment.")
    next_step = _("Ask who runs the shop.")


class SlotTaken(Conflict):
    """The time is gone, or was never free."""

    code = "market.slot_taken"
    message = _("This time is no longer free.")
    next_step = _("Choose another one; nothing was paid.")


class BookingMovedOn(Conflict):
    """The booking is no longer where this could be done."""

    code = "market.booking_moved_on"
    message = _("This booking has moved on in the meantime.")
    next_step = _("Load it again and see how it stands.")


class TooLateToMove(Conflict):
    """A booking is moved by its buyer until some hours before."""

    code = "market.too_late_to_move"
    message = _("It can be moved until {hours} hours before.")
    next_step = _("Call it off, or ask who gives it.")


class InvalidService(Invalid):
    """Something about a service, its hours or a booking is missing or wrong."""

    code = "market.invalid_service"
    message = _("Something about the service is missing or not right.")


class TooManyHeld(Conflict):
    """Somebody holds several times without having paid for them."""

    code = "market.too_many_held"
    message = _("You hold {most} times that are not paid yet.")
    next_step = _("Pay for them or call them off first.")


class GiverGone(Conflict):
    """Who would give a service left before it was paid."""

    code = "market.giver_gone"
    message = _("Who would give this is not there any more.")
    next_step = _("Call it off and book another time, or with somebody else.")
