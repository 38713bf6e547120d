"""Sessions in the database, as Django keeps them; one question finds a session and whose it is.

What stands in the session still decides who it is: the person of a device that signed in is only
brought along, and looked at when the session names the same one.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core import signing
from django.db.models import Subquery
from django.utils import timezone

from qunluo.kernel.prepared import first

_along: ContextVar[dict[int, Any] | None] = ContextVar("along", default=None)


@contextmanager
def person_along() -> Iterator[None]:
    """Let a session that is read within bring its person, for `brought` alone."""
    token = _along.set({})
    try:
        yield
    finally:
        _along.reset(token)


def brought(pk: int) -> Any:
    """Return the person whom the session brought a moment ago, once; else None."""
    along = _along.get()
    return along.pop(pk, None) if along else None


class SessionStore(db.SessionStore):
    """The session of a browser, asked for with every page."""

    def _get_session_from_db(self) -> Any:
        found = self._find(self.session_key) if self.session_key else None
        # Browsers count in real time, whatever the clock of the project says.
        if found and found.expire_date > timezone.now():  # noqa: TID251
            return found
        self._session_key = None
        return None

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what stands in a session; its signature is checked once in each process."""
        try:
            return cast(
                "dict[str, Any]",
                json.loads(_unsigned(session_data, self.key_salt, settings.SECRET_KEY)),
            )
        except (signing.BadSignature, ValueError):
            return super().decode(session_data)

    def _find(self, key: str) -> Any:
        along = _along.get()
        if along is not None:
            person = first("", _whose, [key])
            if person is not None and person.session_data is not None:
                along[person.pk] = person
                return Session(key, person.session_data, person.session_ends)
        return first("", _by_key, [key])


@lru_cache(maxsize=4096)
def _unsigned(session_data: bytes | str, salt: str, _key: str) -> bytes:
    return cast("bytes", signing.loads(session_data, salt=salt, serializer=_AsItIs))  # type: ignore[arg-type]


class _AsItIs:
    """Leaves what was signed as it was written."""

    def loads(self, data: bytes) -> bytes:
        return data


def _by_key(given: Sequence[Any]) -> Any:
    return Session.objects.filter(session_key=given[0])


def _whose(given: Sequence[Any]) -> Any:
    """Return the query of the person of a device that signed in, and of its session."""
    session = Session.objects.filter(session_key=given[0])
    return get_user_model().objects.filter(usersession__session_key=given[0]).annotate(
        session_data=Subquery(session.values("session_data")),
        session_ends=Subquery(session.values("expire_date")),
    )  # fmt: skip
