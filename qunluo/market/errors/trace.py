"""What is refused about changes that were made from feedback."""

from qunluo.kernel.errors import Conflict, Invalid
from qunluo.kernel.text import _


class InvalidImprovement(Invalid):
    """What changed, or the feedback it was made from, is missing or wrong; `fields` says where."""

    code = "market.invalid_improvement"
    message = _("Something about the change is missing or not right.")


class ImprovementKnown(Conflict):
    """The same kind of change was told already for this feedback."""

    code = "market.improvement_known"
    message = _("This was told already for that feedback.")
    next_step = _("Look at what changed; tell another kind of change if there is one.")
