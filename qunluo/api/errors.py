"""What this door itself refuses, before any room is asked."""

from qunluo.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from qunluo.kernel.text import _


class NotSignedIn(DomainError):
    """Neither a living token nor a session came with the request."""

    code, status = "api.not_signed_in", 401
    message = _("This needs a personal token or a signed-in session.")
    next_step = _("Send “Authorization: Bearer qlt_…”; you make tokens under Me, Tokens.")


class TokenRefused(NotSignedIn):
    """The token is unknown, expired or revoked."""

    code = "api.token_refused"
    message = _("This token does not work: it is unknown, has expired or was revoked.")
    next_step = _("Make a new one under Me, Tokens.")


class ScopeMissing(Forbidden):
    """The token may do less than this."""

    code = "api.scope_missing"
    message = _("This token may not do that: it lacks the scope “{scope}”.")
    next_step = _("Make a token with that scope; this one has: {has}.")


class SessionNeeded(Forbidden):
    """A token may not do what could not be undone, or what would make more tokens."""

    code = "api.session_needed"
    message = _("A token cannot do this, so that a stolen one does no lasting harm.")
    next_step = _("Do it signed in, in the browser.")


class ProofNeeded(Forbidden):
    """The session is signed in, but that was too long ago for something this delicate."""

    code = "api.proof_needed"
    message = _("Please confirm once more that it is you.")
    next_step = _("Open /accounts/reauthenticate/ in the browser, then send this again.")


class CsrfMissing(Forbidden):
    """A session spoke without proving that the page is ours."""

    code = "api.csrf_missing"
    message = _("The request came with a session but without its CSRF token.")
    next_step = _("Send the cookie “csrftoken” again as the header X-CSRFToken, or use a token.")


class Unreadable(DomainError):
    """The body or the address cannot be parsed."""

    code, status = "api.unreadable", 400
    message = _("We could not read this request.")
    next_step = _("Send UTF-8 JSON (or a form where a file is asked for) and check the address.")


class TooLarge(DomainError):
    """The body has more bytes than we take."""

    code, status = "api.too_large", 413
    message = _("This request is too large.")
    next_step = _("Send less at a time.")


class NotAsDeclared(Invalid):
    """A parameter or the body is not as the OpenAPI document declares it."""

    code = "api.not_as_declared"
    message = _("Something in this request is missing or not right.")
    next_step = _("Look at “fields”, correct it and send again.")


class MethodNotAllowed(DomainError):
    """The address exists, but not with this method."""

    code, status = "api.method_not_allowed", 405
    message = _("This address does not take {method}.")
    next_step = _("It takes: {allowed}.")


class NoSuchAddress(DomainError):
    """There is no operation at this address."""

    code, status = "api.no_such_address", 404
    message = _("There is no operation at this address.")
    next_step = _("All of them are listed at /api/docs.")


class KeyUnfit(Invalid):
    """An idempotency key must be short and printable."""

    code = "api.key_unfit"
    message = _("This idempotency key cannot be used.")
    next_step = _("Send 1 to 100 printable ASCII characters, for example a random UUID.")


class KeyNotTaken(Conflict):
    """This operation cannot be remembered, because its answer holds a secret or a file."""

    code = "api.key_not_taken"
    message = _("This operation takes no idempotency key.")
    next_step = _("Send it without the header Idempotency-Key.")


class OurMistake(DomainError):
    """Something broke that we did not foresee."""

    code, status = "api.our_mistake", 500
    message = _("Something broke on our side.")
    next_step = _("Nothing you saved is lost. Please try again in a minute.")


class ConfirmationWrong(Invalid):
    """The handle or the password does not match."""

    code = "api.confirmation_wrong"
    message = _("The handle or the password is not yours.")
    next_step = _("Type your own handle, and your password if you have one. Nothing was erased.")


class StaffOnly(Forbidden):
    """Only who runs the installation may see this."""

    code = "api.staff_only"
    message = _("Only the people who run this installation may do this.")
    next_step = _("Ask them; communities have their own lists.")
