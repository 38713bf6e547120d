"""Personal API tokens: made, used, revoked."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from qunluo.kernel.clock import now
from qunluo.kernel.ids import token as secret_token
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.people import queries, rules
from qunluo.people.errors import InvalidToken
from qunluo.people.events import TokenIssued, TokenRevoked
from qunluo.people.models import ApiToken, Person

USE_NOTED_EVERY = timedelta(minutes=5)
MOST_TOKENS = 50


@write_tx
def issue_token(
    *, actor: Person, name: str, scopes: Sequence[str], days: int | None
) -> tuple[ApiToken, str]:
    """Make a token that lives so many days (None: until revoked); return it and its secret.

    The secret is not stored; it can be shown only now.
    """
    name = rules.clean_text(name)
    live = queries.tokens_of(actor).count()
    if wrong := rules.token_faults(name, scopes, days, live=live, most=MOST_TOKENS):
        raise InvalidToken(fields=wrong)
    secret = rules.TOKEN_PREFIX + secret_token(32)
    made = ApiToken.objects.create(
        person=actor,
        name=name,
        prefix=secret[:10],
        digest=rules.digest(secret),
        scopes=sorted(set(scopes)),
        created_at=now(),
        expires_at=now() + timedelta(days=days) if days else None,
    )
    publish(
        TokenIssued(
            actor_id=actor.pk, person_id=actor.pk, token_id=made.pk, scopes=tuple(made.scopes)
        )
    )
    return made, secret


@write_tx
def revoke_token(*, actor: Person, token: ApiToken) -> None:
    """End a token of the actor's at once; ending it twice is no error."""
    ended = ApiToken.objects.filter(pk=token.pk, person=actor, revoked_at=None).update(
        revoked_at=now()
    )
    if ended:
        publish(TokenRevoked(actor_id=actor.pk, person_id=actor.pk, token_id=token.pk))


def use_token(secret: str) -> ApiToken | None:
    """Return the live token for a secret and note its use, at most every few minutes."""
    token = queries.token_by_secret(secret)
    if token and (token.last_used_at is None or now() - token.last_used_at > USE_NOTED_EVERY):
        _note_use(token)
    return token


@write_tx
def _note_use(token: ApiToken) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now() - USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now())
