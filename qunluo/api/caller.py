"""Who speaks: a personal token, a session with its CSRF token, or nobody."""

from typing import TYPE_CHECKING, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest
from django.utils import timezone, translation
from ninja.utils import check_csrf

from qunluo.api.errors import (
    CsrfMissing,
    ProofNeeded,
    ScopeMissing,
    SessionNeeded,
    StaffOnly,
    TokenRefused,
)
from qunluo.people import actions

if TYPE_CHECKING:
    from qunluo.people.models import ApiToken, Person

SAFE = {"GET", "HEAD", "OPTIONS"}


class Caller(HttpRequest):
    """The request of a person (or, where that is allowed, of a visitor)."""

    person: "Person"
    token: "ApiToken | None"


def identify(request: HttpRequest) -> "Person | None":
    """Return whom the request speaks for, or None; TokenRefused, CsrfMissing.

    A token goes before a session, so that a program in a browser never acts as somebody else.
    """
    caller = cast("Caller", request)
    if not hasattr(request, "token"):
        caller.token = _token(request)
        if caller.token:
            caller.person = caller.token.person
            _speak_to(request, caller.person)
    if caller.token:
        return caller.person
    if not request.user.is_authenticated:
        return None
    if request.method not in SAFE and check_csrf(request):
        raise CsrfMissing
    return caller.person


def _token(request: HttpRequest) -> "ApiToken | None":
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    kind, _space, secret = header.partition(" ")
    token = actions.use_token(secret.strip()) if kind.lower() == "bearer" else None
    if token is None:
        raise TokenRefused
    return token


def _speak_to(request: HttpRequest, person: "Person") -> None:
    """Use the person's own language where the request names none."""
    if not request.headers.get("Accept-Language"):
        translation.activate(person.language)
    timezone.deactivate()  # the API speaks UTC


def check_scope(request: HttpRequest, scope: str) -> None:
    """Refuse a token that may not do this; a session may do what its person may do."""
    token = cast("Caller", request).token
    if token is None:
        if scope == "session":
            require_proof(request)
        return
    held = set(token.scopes)
    area, _colon, verb = scope.partition(":")
    if scope == "session":
        raise SessionNeeded
    enough = {scope, "write", f"{area}:write"} | ({"read"} if verb == "read" else set())
    if not held & enough:
        raise ScopeMissing(scope=scope, has=sorted(held))


def require_proof(request: HttpRequest) -> None:
    """Refuse a session whose person has not just proven who they are; tokens have their scopes."""
    if cast("Caller", request).token is None:
        try:
            _proven(request)
        except ReauthenticationRequired:
            raise ProofNeeded from None


def require_staff(request: HttpRequest) -> None:
    """Refuse whoever does not run the installation; StaffOnly."""
    if not cast("Caller", request).person.is_staff:
        raise StaffOnly


@reauthentication_required(app="qunluo")  # type: ignore[untyped-decorator]
def _proven(_request: HttpRequest) -> None:
    """Do nothing; allauth asks on the way here."""


class Guard:
    """Lets in who may: a token with the scope, a session, and visitors where the door is public."""

    def __init__(self, scope: str, *, public: bool = False) -> None:
        self.scope = scope
        self.public = public

    def __call__(self, request: HttpRequest) -> bool:
        """Answer for django-ninja; False becomes NotSignedIn."""
        if identify(request) is None:
            return self.public
        check_scope(request, self.scope)
        return True
