"""What is refused about shares of a harvest."""

from qunluo.kernel.errors import Conflict, Invalid, NotFound
from qunluo.kernel.text import _

__all__ = [
    "BoxMovedOn",
    "CutOffAhead",
    "CutOffOver",
    "DepotFull",
    "InvalidSeason",
    "InvalidShare",
    "NoAbsenceLeft",
    "PayFirst",
    "RiseOver",
    "SeasonNotFound",
    "SeasonNotOpen",
    "ShareMovedOn",
    "ShareNotFound",
    "SuspendedShare",
    "TermsChanged",
]


class SeasonNotFound(NotFound):
    """No such season, delivery or depot, or not for this viewer."""

    code = "market.season_not_found"
    message = _("There is no such season or delivery.")
    next_step = _("Look among the harvest shares.")


class ShareNotFound(NotFound):
    """No such share, box or question, or not for this viewer."""

    code = "market.share_not_found"
    message = _("There is no such share.")
    next_step = _("Look among your shares.")


class InvalidSeason(Invalid):
    """Something about a season is missing or wrong; `fields` says where."""

    code = "market.invalid_season"
    message = _("Something about the season is missing or not right.")


class InvalidShare(Invalid):
    """Something about a share is missing or wrong; `fields` says where."""

    code = "market.invalid_share"
    message = _("Something about the share is missing or not right.")


class SeasonNotOpen(Conflict):
    """The season takes in nobody, or not this person yet."""

    code = "market.season_not_open"
    message = _("This season takes in nobody at the moment.")
    next_step = _("Its page tells whose turn it is, and when.")


class DepotFull(Conflict):
    """A depot has no place left on a day."""

    code = "market.depot_full"
    message = _("“{depot}” has no free place left.")
    next_step = _("Choose another depot or day, or wait in the queue.")


class CutOffOver(Conflict):
    """The delivery is too near to be changed."""

    code = "market.cut_off_over"
    message = _("This delivery can no longer be changed.")
    next_step = _("It is being harvested and packed. Look at the next one.")


class NoAbsenceLeft(Conflict):
    """Every absence of a share is used up."""

    code = "market.no_absence_left"
    message = _("You have skipped {most} boxes, as many as your share allows.")
    next_step = _("Move the box to another day or depot instead.")


class BoxMovedOn(Conflict):
    """The box is no longer where this could be done."""

    code = "market.box_moved_on"
    message = _("This box has moved on in the meantime.")
    next_step = _("Load it again and see how it stands.")


class SuspendedShare(Conflict):
    """A part of the price is unpaid past its grace."""

    code = "market.share_suspended"
    message = _("A part of this share is unpaid, so nothing is packed.")
    next_step = _("Pay it; the boxes still to come are packed again from then on.")


class ShareMovedOn(Conflict):
    """The share is no longer where this could be done."""

    code = "market.share_moved_on"
    message = _("This share has moved on in the meantime.")
    next_step = _("Load it again and see how it stands.")


class CutOffAhead(Conflict):
    """Boxes may still be skipped or moved, so nothing is packed yet."""

    code = "market.cut_off_ahead"
    message = _("Until {moment} boxes of this delivery can still be skipped or moved.")
    next_step = _("Pack once that is over.")


class PayFirst(Conflict):
    """A box would come before what it costs is paid."""

    code = "market.pay_first"
    message = _("The part of the price that covers this box is not paid yet.")
    next_step = _("Pay it; then you can fetch the box earlier.")


class TermsChanged(Conflict):
    """The terms of a season are others than those that were read."""

    code = "market.terms_changed"
    message = _("The terms of this season have changed in the meantime.")
    next_step = _("Read them again; then put your name to them.")


class RiseOver(Conflict):
    """The time to answer is over, or it was answered, or no box is left."""

    code = "market.rise_over"
    message = _("This question is closed.")
    next_step = _("Your price stays as it was agreed.")
