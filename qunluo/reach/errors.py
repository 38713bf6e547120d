"""What reach refuses."""

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
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


class ChannelNotFound(NotFound):
    """No such channel here, or it was removed."""

    code = "reach.channel_not_found"
    message = _("This channel is not there.")
    next_step = _("Look at the list of channels; it may have been removed.")


class SendingNotFound(NotFound):
    """No such message of this channel."""

    code = "reach.sending_not_found"
    message = _("This message is not in the log of the channel.")
    next_step = _("The log goes back thirty days; look at it again.")


class ArrivalNotFound(NotFound):
    """Nothing with words that was refused came in by this channel under that number."""

    code = "reach.arrival_not_found"
    message = _("This message waits no longer, or its words are gone.")
    next_step = _("Look at what came in again; words are kept for thirty days.")


class InvalidChannel(Invalid):
    """A channel cannot work like this; `fields` says where."""

    code = "reach.invalid_channel"


class TooManyChannels(Conflict):
    """A community has as many channels as it can have."""

    code = "reach.too_many_channels"
    message = _("There are {most} channels here already, which is as many as there can be.")
    next_step = _("Remove one that nobody needs.")


class ChannelAsleep(Conflict):
    """The channel is paused, so nothing goes through it."""

    code = "reach.channel_asleep"
    message = _("This channel is paused.")
    next_step = _("Let it work again first.")


class CarriesNothing(Conflict):
    """The channel only brings things in."""

    code = "reach.carries_nothing"
    message = _("This channel only brings messages in.")
    next_step = _("Send it something from outside to try it.")


class NotSigned(Forbidden):
    """A message to a channel has no signature, or a wrong or old one."""

    code = "reach.not_signed"
    message = _("The signature of this message does not fit.")
    next_step = _("Sign id, time and body with the secret of the channel, at the time of sending.")


class UnreadableMessage(Invalid):
    """What came in is not what this address takes."""

    code = "reach.unreadable_message"
    message = _("This message cannot be read.")
    next_step = _("Send JSON with `text`, and `title`, `url` and `id` if there are any.")


class NotYourAddress(Forbidden):
    """An answer to a letter came from another address than the one that the letter went to."""

    code = "reach.not_your_address"
    message = _("The answer came from another address than the one that we wrote to.")
    next_step = _("Answer from the address of your account, or write in the thread itself.")


class UnprovenLetter(Forbidden):
    """The mail server could not prove that an answer is from whom it says."""

    code = "reach.unproven_letter"
    message = _("Your mail service did not sign your answer, so it could be anybody's.")
    next_step = _("Write in the thread itself.")


class LateLetter(Conflict):
    """An answer to a letter came when its address no longer counted."""

    code = "reach.late_letter"
    message = _("This letter can no longer be answered by mail.")
    next_step = _("Write in the thread itself.")


class EmptyLetter(Invalid):
    """An answer to a letter has no words of its own."""

    code = "reach.empty_letter"
    message = _("There was nothing new in your answer: only what it quotes.")
    next_step = _("Write above the quoted letter, or in the thread itself.")
