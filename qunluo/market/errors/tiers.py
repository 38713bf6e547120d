"""What is refused about tiers."""

from qunluo.kernel.errors import Conflict, Invalid, NotFound
from qunluo.kernel.text import _


class TierNotFound(NotFound):
    """No such tier here, or none that is on sale."""

    code = "market.tier_not_found"
    message = _("There is no such tier.")
    next_step = _("Look at the tiers of this community.")


class InvalidTier(Invalid):
    """Something about a tier is missing or wrong; `fields` says where."""

    code = "market.invalid_tier"
    message = _("Something about the tier is missing or not right.")


class NoTrial(Conflict):
    """There is no trial, or this person had or has the tier already."""

    code = "market.no_trial"
    message = _("You cannot try this tier: it has no trial, or you have had it.")
    next_step = _("Buy it for a period instead.")


class TierWithoutEnd(Conflict):
    """The person holds the tier for good; nothing can be added."""

    code = "market.tier_without_end"
    message = _("You hold this tier without an end already.")
    next_step = _("There is nothing to renew.")


class RefundOver(Conflict):
    """The days in which it can be taken back are over, or it was taken back already."""

    code = "market.refund_over"
    message = _("It can no longer be taken back by yourself.")
    next_step = _("Ask who runs the shop.")


class TierPaused(Conflict):
    """The time stands still; nothing is bought or taken back meanwhile."""

    code = "market.tier_paused"
    message = _("Your time in this tier stands still.")
    next_step = _("Let it go on first.")


class NoPause(Conflict):
    """The tier cannot be paused, or no longer, or is not held by time that was bought."""

    code = "market.no_pause"
    message = _("Your time in this tier cannot stand still (any longer).")
    next_step = _("It says on the page of the tiers for how many days it can.")


class NotUpward(Conflict):
    """There is nothing bought to move up from, or what is left of it is worth as much."""

    code = "market.not_upward"
    message = _("You cannot move up to this: it has to cost more than what is left of yours.")
    next_step = _("Buy it as anybody does, or choose a longer period.")


class MovedUp(Conflict):
    """What was paid went into a higher tier; it goes back with that order."""

    code = "market.moved_up"
    message = _("What was left of this went into order {uid}.")
    next_step = _("Give that order back instead.")


class GiftRefused(Invalid):
    """The person for whom a tier is meant is not here, or cannot have it."""

    code = "market.gift_refused"
    message = _("It cannot be given to this person.")
