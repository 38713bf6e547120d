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
