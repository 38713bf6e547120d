"""What governance refuses, and what to do next."""

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _


class MeasureNotFound(NotFound):
    """No such measure, or not for this viewer."""

    code = "governance.measure_not_found"
    message = _("There is no such measure.")
    next_step = _("Look in the list of measures of the community.")


class AppealNotFound(NotFound):
    """No such appeal, or not for this viewer."""

    code = "governance.appeal_not_found"
    message = _("There is no such appeal.")
    next_step = _("Look in the list of appeals of the community.")


class NotAppealable(Conflict):
    """The decision cannot be appealed by this person, or does not stand any more."""

    code = "governance.not_appealable"
    message = _("There is nothing to appeal against here.")
    next_step = _("Only a decision about yourself that still stands can be appealed.")


class AlreadyAppealed(Conflict):
    """Each decision can be appealed once."""

    code = "governance.already_appealed"
    message = _("You have already appealed against this decision.")
    next_step = _("The answer will appear with your appeal.")


class OwnDecision(Forbidden):
    """The one who decided cannot judge the appeal."""

    code = "governance.own_decision"
    message = _("You took this decision yourself, so somebody else must judge the appeal.")
    next_step = _("Ask another owner or operator; if there is none, appoint one first.")


class OwnAppeal(Forbidden):
    """Nobody judges their own appeal."""

    code = "governance.own_appeal"
    message = _("Nobody judges their own appeal.")
    next_step = _("Somebody else will read it.")


class AlreadyDecided(Conflict):
    """The appeal has been decided."""

    code = "governance.already_decided"
    message = _("This appeal has been decided already.")
    next_step = _("Load the page again to read the decision.")


class InvalidAppeal(Invalid):
    """The appeal's text or the decision's reason is missing."""

    code = "governance.invalid_appeal"
    message = _("Something is missing in this appeal.")


class InvalidMeasure(Invalid):
    """The measure lacks something."""

    code = "governance.invalid_measure"
    message = _("This measure cannot be taken like this.")


class NoDistance(Conflict):
    """Nobody mutes or blocks themself."""

    code = "governance.no_distance"
    message = _("You cannot mute or block yourself.")
    next_step = _("Choose somebody else.")
