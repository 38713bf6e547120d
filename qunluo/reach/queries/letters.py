"""Notices as mail: what is said, and how to stop it."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing

from qunluo.people.errors import PersonNotFound
from qunluo.people.queries import get_person
from qunluo.reach.errors import BadUnsubscribeLink
from qunluo.reach.queries.channels import reply_address
from qunluo.reach.queries.notices import unread_of, views

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.reach.models import Delivery, Notice

_SALT = "qunluo.reach.stop"
THREAD, REACTION = "thread", "reaction"


def notice_mail(delivery: "Delivery") -> dict[str, Any] | None:
    """Return what a mail of notices says now; None when there is nothing left to say.

    Asked at the moment of sending: what was read meanwhile, or may no longer be known, is not in.
    """
    person = delivery.person
    if person is None or person.erased_at is not None:
        return None
    rows = list(
        unread_of(person).filter(pk__in=delivery.context.get("notices", [])).order_by("-at", "-pk")
    )
    items = views(person, rows, delivery.language)
    if not items:
        return None
    return {
        "items": [
            {
                "says": one.says,
                "why": one.why,
                "where": one.where,
                "excerpt": one.excerpt,
                "url": f"{settings.SITE_URL}{one.path}",
                "mute_url": stop_url(person, one.id),
            }
            for one in items
        ],
        "name": person.name,
        "reply_to": _reply_to(person, rows) if len(items) == 1 else "",
        "settings_url": f"{settings.SITE_URL}/me/notices/settings/",
    }


def _reply_to(person: "Person", rows: "list[Notice]") -> str:
    """Return where an answer to a letter about one thread becomes a reply in it."""
    row = rows[0]
    if len(rows) > 1 or row.subject != THREAD or row.reason == REACTION:
        return ""
    return reply_address(person.pk, row.subject_id, row.community_id)


def stop_url(person: "Person", notice_id: int = 0) -> str:
    """Return the address that stops notice mail by one click, or mutes what one notice is about.

    It never expires and works without signing in; opening it changes nothing.
    """
    return f"{settings.SITE_URL}/u/n/{signing.dumps([person.pk, notice_id], salt=_SALT)}/"


def read_stop(signed: str) -> "tuple[Person, int]":
    """Return (person, notice id or 0) from a link; BadUnsubscribeLink."""
    try:
        person_id, notice_id = signing.loads(signed, salt=_SALT)
        return get_person(pk=int(person_id)), int(notice_id)
    except (signing.BadSignature, ValueError, TypeError, PersonNotFound):
        raise BadUnsubscribeLink from None
