"""Sessions in the database, as Django keeps them; found by a query that is put together once."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from qunluo.kernel.prepared import first


class SessionStore(db.SessionStore):
    """The session of a browser, asked for with every page."""

    def _get_session_from_db(self) -> Any:
        found = first("", _by_key, [self.session_key]) if self.session_key else None
        # Browsers count in real time, whatever the clock of the project says.
        if found and found.expire_date > timezone.now():  # noqa: TID251
            return found
        self._session_key = None
        return None


def _by_key(given: Any) -> Any:
    return Session.objects.filter(session_key=given[0])
