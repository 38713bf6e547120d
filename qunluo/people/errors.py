"""What people may be refused, and what to do next."""

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _


class PersonNotFound(NotFound):
    """Nobody by that address, or they have left."""

    code = "people.person_not_found"
    message = _("We know nobody at this address.")
    next_step = _("Check the link, or ask the person for their current one.")


class TokenNotFound(NotFound):
    """The token is not theirs, or does not exist."""

    code = "people.token_not_found"
    message = _("You have no such token.")
    next_step = _("Look at the list of your tokens; it may have been revoked already.")


class SessionNotFound(NotFound):
    """The session is not theirs, or has ended."""

    code = "people.session_not_found"
    message = _("You are not signed in there any more.")
    next_step = _("Look at the list of your devices again.")


class InvalidProfile(Invalid):
    """One or more profile fields were refused; `fields` says which."""

    code = "people.invalid_profile"
    message = _("Some of your details could not be saved.")
    next_step = _("Correct the marked fields and save again; nothing you wrote is lost.")


class InvalidToken(Invalid):
    """A token was asked for with a name, scope or lifetime that is not allowed."""

    code = "people.invalid_token"
    message = _("This token cannot be made like this.")
    next_step = _("Give it a name, choose at least one permission and how long it lives.")


class EmailTaken(Conflict):
    """Another account has proven that the address is theirs."""

    code = "people.email_taken"
    message = _("This e-mail address belongs to another account.")
    next_step = _("Sign in with that account, or use another address.")


class ErasureBlocked(Conflict):
    """Something still depends on this person alone."""

    code = "people.erasure_blocked"
    message = _("Your account cannot be erased yet.")
    next_step = _("Hand over or close what depends on you alone, then come back.")


class AccountErased(Forbidden):
    """The account was erased and can do nothing more."""

    code = "people.account_erased"
    message = _("This account has been erased.")
    next_step = _("You may open a new one at any time.")
