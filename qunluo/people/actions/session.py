"""Sessions: noted now and then, ended one by one."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.people.errors import SessionNotFound
from qunluo.people.models import Person

NOTED_EVERY = timedelta(minutes=15)
MOST_REMEMBERED = 20_000
# Only spares this process a query; losing it, or having several, costs nothing but that query.
_noted: dict[str, datetime] = {}


def note_session(*, key: str) -> None:
    """Note that a session is in use, at most every quarter of an hour."""
    moment = now()
    last = _noted.get(key)
    if last and timedelta(0) <= moment - last < NOTED_EVERY:
        return
    if len(_noted) >= MOST_REMEMBERED:
        _noted.clear()
    _noted[key] = moment
    stale = UserSession.objects.filter(session_key=key, last_seen_at__lt=moment - NOTED_EVERY)
    if stale.exists():
        with write_tx():
            stale.update(last_seen_at=moment)


@write_tx
def tidy_sessions() -> None:
    """Delete the sessions that have run out, and what was noted about their devices."""
    Session.objects.filter(expire_date__lt=now()).delete()
    live = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=live).delete()


@write_tx
def end_session(*, actor: Person, pk: int) -> None:
    """Sign one of the actor's own devices out; raises SessionNotFound for anybody else's."""
    row = UserSession.objects.filter(pk=pk, user_id=actor.pk).first()
    if row is None:
        raise SessionNotFound
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()
