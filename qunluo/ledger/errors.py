"""What the ledger refuses, and what to do next."""

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _


class AccountNotFound(NotFound):
    """No such account, or not for this viewer."""

    code = "ledger.account_not_found"
    message = _("There is no such account.")
    next_step = _("Look in the books of the community.")


class TransferNotFound(NotFound):
    """No such transfer, or not for this viewer."""

    code = "ledger.transfer_not_found"
    message = _("There is no such transfer.")
    next_step = _("Look in the books, or in your own account.")


class InsufficientFunds(Conflict):
    """The account has less than it should give; `available` and `wanted` in whole minor units."""

    code = "ledger.insufficient"
    message = _("There is not enough on the account.")
    next_step = _("Look at the balance: what is held for something else cannot be spent.")


class LedgerKeyReused(Conflict):
    """The same key came with another body."""

    code = "ledger.key_reused"
    message = _("This key already stands for another transfer.")
    next_step = _("Use a new key for a new transfer.")


class NotBalanced(Invalid):
    """The legs do not make a transfer."""

    code = "ledger.not_balanced"
    message = _("What comes and what goes do not add up to nothing in each unit.")
    next_step = _("Give at least two amounts, none of them 0, that add up to 0.")


class OtherBooks(Invalid):
    """An account of another community, or of another unit."""

    code = "ledger.other_books"
    message = _("These accounts do not belong to the same books.")
    next_step = _("Each community has books of its own; nothing moves between them.")


class UnknownUnit(Invalid):
    """Nothing is counted by this code."""

    code = "ledger.unknown_unit"
    message = _("Nothing is counted as “{unit}”.")
    next_step = _("Use a currency such as CNY, or points, or credit-CNY.")


class UnknownPurpose(Invalid):
    """No account is for that, or not with such an owner or label."""

    code = "ledger.unknown_purpose"
    message = _("There are no accounts “{purpose}” of this kind.")
    next_step = _("Use a purpose that the ledger knows.")


class UnknownKind(Invalid):
    """No transfer is of that kind."""

    code = "ledger.unknown_kind"
    message = _("There are no transfers “{kind}”.")
    next_step = _("Use a kind that the ledger knows.")


class BadKey(Invalid):
    """The key is empty or too long."""

    code = "ledger.bad_key"
    message = _("A transfer needs a key of at most 120 characters.")
    next_step = _("Send a key with it; the same key never moves anything twice.")


class BadCause(Invalid):
    """What a transfer is about has too long a name."""

    code = "ledger.bad_cause"
    message = _("A cause has a type of at most 20 characters and an id of at most 64.")
    next_step = _("Name it by a shorter id.")


class NothingToHold(Invalid):
    """Such an account or amount cannot be held."""

    code = "ledger.nothing_to_hold"
    message = _("This cannot be held.")
    next_step = _("Hold an amount above 0 on an account that cannot be overdrawn.")


class HoldNotFound(NotFound):
    """No such hold."""

    code = "ledger.hold_not_found"
    message = _("There is no such hold.")
    next_step = _("Look at the account.")


class HoldResolved(Conflict):
    """The hold was captured or released before."""

    code = "ledger.hold_resolved"
    message = _("This hold has already ended.")
    next_step = _("Look at how it ended; a hold ends once.")


class HoldExpired(Conflict):
    """The time of the hold is over."""

    code = "ledger.hold_expired"
    message = _("The time of this hold is over.")
    next_step = _("Place a new one.")


class TooMuchCaptured(Conflict):
    """More was to be taken than is held."""

    code = "ledger.too_much_captured"
    message = _("More was to be taken than is held.")
    next_step = _("Take at most what is held.")


class NotCorrectable(Conflict):
    """A correction cannot be corrected itself."""

    code = "ledger.not_correctable"
    message = _("A correction is not corrected itself.")
    next_step = _("Correct the transfer that it belongs to once more.")


class NothingToCorrect(Conflict):
    """All is as it should be."""

    code = "ledger.nothing_to_correct"
    message = _("It is already booked like that.")
    next_step = _("Nothing was changed.")


class CorrectedMeanwhile(Conflict):
    """Somebody else corrected the same transfer at the same moment."""

    code = "ledger.corrected_meanwhile"
    message = _("Somebody else has just corrected this.")
    next_step = _("Load the page again and look at what is booked now.")


class OwnAccount(Forbidden):
    """Nobody moves something to themself."""

    code = "ledger.own_account"
    message = _("This touches your own account, so somebody else must do it.")
    next_step = _("Ask another owner or operator.")


class InvalidEntry(Invalid):
    """An amount, a member or a reason cannot be accepted; `fields` says which."""

    code = "ledger.invalid_entry"
    message = _("This cannot be booked like that.")
    next_step = _("Correct the marked fields and send again; nothing was lost.")


class BadBill(Invalid):
    """The file is not a bill that can be read."""

    code = "ledger.bad_bill"
    message = _("This is not a bill that can be read ({reason}).")
    next_step = _("Give a CSV with the columns theirs, ours, amount, currency and kind.")
