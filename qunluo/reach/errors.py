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


class NoticeNotFound(NotFound):
    """No such notice of this person, or about what they may no longer know."""

    code = "reach.notice_not_found"
    message = _("This notice is no longer there.")
    next_step = _("Look at your notices; what you may still see stands there.")


class UnknownScope(NotFound):
    """A wish for something that does not exist for this person."""

    code = "reach.unknown_scope"
    message = _("There is nothing here to set notices for.")
    next_step = _("Open the community, space or thread, and choose from there.")


class UnknownWish(Invalid):
    """A wish that cannot be kept."""

    code = "reach.unknown_wish"
    message = _("Notices cannot be set like this.")
    next_step = _("Choose one of the ways that are offered.")


class NotMutable(Invalid):
    """It cannot be muted, because it is about safety or money."""

    code = "reach.not_mutable"
    message = _("What concerns the safety of your account or your money always comes.")
    next_step = _("You can mute everything else.")


class BadDevice(Invalid):
    """A browser gave something that is no address of a push service."""

    code = "reach.bad_device"
    message = _("This browser gave no address at which we can reach it.")
    next_step = _("Allow notifications in the browser and try again, or use mail.")


class DeviceNotFound(NotFound):
    """No such device of this person."""

    code = "reach.device_not_found"
    message = _("This device is not among yours.")
    next_step = _("Look at your devices; it may have been switched off already.")
