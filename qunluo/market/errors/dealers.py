"""What is refused about dealers and codes of products."""

from qunluo.kernel.errors import Invalid, NotFound
from qunluo.kernel.text import _


class InvalidDealer(Invalid):
    """Something about a dealer is missing or wrong; `fields` says where."""

    code = "market.invalid_dealer"
    message = _("Something about the dealer is missing or not right.")


class DealerNotFound(NotFound):
    """No such dealer here."""

    code = "market.dealer_not_found"
    message = _("There is no such dealer.")


class InvalidCodes(Invalid):
    """Something about the codes to be made is missing or wrong; `fields` says where."""

    code = "market.invalid_codes"
    message = _("Something about the codes is missing or not right.")


class CodeNotFound(NotFound):
    """The code is not one of this community, was used by somebody else, or counts no more."""

    code = "market.code_not_found"
    message = _("This code does not count here, or has been used.")
    next_step = _("Look at the letters once more, or ask where you bought the product.")


class BatchNotFound(NotFound):
    """No such codes here."""

    code = "market.batch_not_found"
    message = _("There are no such codes.")
