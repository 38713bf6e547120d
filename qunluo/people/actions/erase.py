"""Ending an account: what identifies the person goes, their number in the history stays."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.people import queries, rules
from qunluo.people.errors import AccountErased, ErasureBlocked
from qunluo.people.events import PersonErased
from qunluo.people.models import ApiToken, Person
from qunluo.people.ports import own_data


@write_tx
def erase_person(*, actor: Person) -> None:
    """Erase the actor's account for ever; the door has just asked for their password.

    Raises ErasureBlocked with the first reason while something depends on them alone.
    """
    if actor.erased_at:
        raise AccountErased
    for blocker in queries.erasure_blockers(actor):
        names: dict[str, Any] = blocker.names
        raise ErasureBlocked(blocker.message, next_step=blocker.next_step, **names)
    for room in own_data:
        room.erase(actor)
    _end_access(actor)
    media.delete(actor.picture)
    _blank(actor)
    publish(PersonErased(actor_id=actor.pk, person_id=actor.pk))


def _end_access(person: Person) -> None:
    sessions = UserSession.objects.filter(user_id=person.pk)
    Session.objects.filter(session_key__in=sessions.values_list("session_key", flat=True)).delete()
    sessions.delete()
    for table in (EmailAddress, Authenticator, SocialAccount):
        table.objects.filter(user_id=person.pk).delete()
    ApiToken.objects.filter(person=person).delete()


def _blank(person: Person) -> None:
    person.email = None
    person.name = rules.ERASED_NAMES.get(person.language, rules.ERASED_NAMES["en"])
    person.handle = short_code(10)  # the old address must not lead to the empty row
    person.intro = person.thoughts = person.worries = person.wishes = person.picture = ""
    person.offers, person.tags = [], []
    person.visibility = rules.default_visibility()
    person.last_login = None
    person.is_active = person.is_staff = person.is_superuser = False
    person.erased_at = now()
    person.set_unusable_password()
    person.save()
