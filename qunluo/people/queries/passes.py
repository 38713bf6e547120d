"""Passes: what lets a session or a token of somebody listen, for as long as it holds."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.db.models import Q

from qunluo.kernel.clock import now
from qunluo.kernel.sealing import SEAL, Unreadable, seal, unseal_fresh
from qunluo.people.models import ApiToken, Person
from qunluo.people.queries.token import token_by_secret

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

PURPOSE, FRESH = "live", 600  # seconds in which a pass opens a stream
LISTENS = frozenset({"read", "write", "talk:read", "talk:write"})


@dataclass(frozen=True)
class Pass:
    """Who listens, and what ends it: their session, or their token, or another password."""

    person_id: int
    session: str = ""
    token_id: int = 0
    mark: str = ""


def live_pass(person: Person, session_key: str) -> str:
    """Return a sealed pass for a session; it opens a stream within ten minutes."""
    said = json.dumps([person.pk, session_key, _mark(person.password)])
    return seal(said, PURPOSE).removeprefix(SEAL)


def read_pass(text: str) -> Pass | None:
    """Return a pass that was made by us and is fresh, or None."""
    try:
        person, session, mark = json.loads(unseal_fresh(text, PURPOSE, FRESH))
    except (Unreadable, ValueError):
        return None
    return Pass(person, session=session, mark=mark)


def token_pass(secret: str) -> Pass | None:
    """Return the pass of a personal token that may read talk, or None."""
    token = token_by_secret(secret)
    if token is None or not LISTENS & set(token.scopes):
        return None
    return Pass(token.person_id, token_id=token.pk)


def holding(passes: Iterable[Pass]) -> "AbstractSet[Pass]":
    """Return those passes whose session, token, password and person still stand; two queries."""
    asked = set(passes)
    people = {one.person_id for one in asked}
    marks = {
        pk: _mark(password)
        for pk, password in Person.objects.filter(
            pk__in=people, is_active=True, erased_at=None
        ).values_list("pk", "password")
    }
    keys = {one.session for one in asked if one.session}
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=now())
    sessions = set(live.values_list("session_key", flat=True)) if keys else set()
    ids = {one.token_id for one in asked if one.token_id}
    held = ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now()), pk__in=ids)
    tokens = set(held.filter(revoked_at=None).values_list("pk", flat=True)) if ids else set()
    return {
        one
        for one in asked
        if one.person_id in marks
        and (
            one.token_id in tokens
            if one.token_id
            else one.session in sessions and one.mark == marks[one.person_id]
        )
    }


def _mark(password: str) -> str:
    """Return what changes with the password and tells nothing of it."""
    return hashlib.sha256(password.encode()).hexdigest()[:16]
