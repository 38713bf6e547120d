"""What requests for services refuse."""

from qunluo.kernel.errors import Conflict, NotFound
from qunluo.kernel.text import _


class ServiceNotOffered(Conflict):
    """The service rests, is no longer offered, or whoever offers it cannot take part now."""

    code = "conversation.service_not_offered"
    message = _("This service cannot be asked for at the moment.")
    next_step = _("Look at the board for others who do something like it.")


class RequestOpen(Conflict):
    """One open request of a member for a service."""

    code = "conversation.request_open"
    message = _("You have asked for this already, and it is not settled yet.")
    next_step = _("Look at how your request stands, or withdraw it first.")


class PriceChanged(Conflict):
    """The price is no longer the one that was shown; `price` says what it is now."""

    code = "conversation.price_changed"
    message = _("The price has changed in the meantime: {price}.")
    next_step = _("Look at the service again and ask for it if you still want it.")


class NotEnoughPoints(Conflict):
    """Fewer points than the service costs; `missing`, `price` and `free` say how many."""

    code = "conversation.not_enough_points"
    message = _("You lack {missing}: it costs {price}, and you can spend {free}.")
    next_step = _("Points that are set aside come back when a request ends without delivery.")


class RequestNotFound(NotFound):
    """No such request, or it is between others."""

    code = "conversation.request_not_found"
    message = _("There is no such request here.")
    next_step = _("Look at your requests; this one may be between others.")


class ServiceMoved(Conflict):
    """A step was taken from a state that is over; `state` is where the request stands."""

    code = "conversation.service_moved"
    message = _("This request stands at “{state}” by now.")
    next_step = _("Load the page again to see what can be done.")
