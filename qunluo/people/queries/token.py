"""API tokens: whose, and whether they still live."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from qunluo.kernel.clock import now
from qunluo.kernel.prepared import first
from qunluo.people import rules
from qunluo.people.errors import TokenNotFound
from qunluo.people.models import ApiToken, Person


def tokens_of(person: Person) -> QuerySet[ApiToken]:
    """Return the person's tokens that were not revoked, newest first."""
    return ApiToken.objects.filter(person=person, revoked_at=None)


def get_token(pk: int, *, viewer: Person) -> ApiToken:
    """Return one of the viewer's own tokens, or raise TokenNotFound."""
    try:
        return tokens_of(viewer).get(pk=pk)
    except ApiToken.DoesNotExist:
        raise TokenNotFound from None


def person_by_token(secret: str) -> Person | None:
    """Return whom a live token speaks for, or None."""
    token = token_by_secret(secret)
    return token.person if token else None


def token_by_secret(secret: str) -> ApiToken | None:
    """Return the live token (with its person and scopes) for a secret, or None."""
    if not secret.startswith(rules.TOKEN_PREFIX):
        return None
    found: ApiToken | None = first("", _live, [rules.digest(secret)])
    return found


def _live(given: Sequence[str]) -> QuerySet[ApiToken]:
    (digest,) = given
    return (
        ApiToken.objects.select_related("person")
        .filter(
            Q(expires_at=None) | Q(expires_at__gt=now()),
            digest=digest,
            revoked_at=None,
            person__is_active=True,
            person__erased_at=None,
        )
        .order_by()
    )
