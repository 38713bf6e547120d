"""Somebody who is reached, and things that notices are about."""

from contextlib import contextmanager
from itertools import count

from qunluo.people.actions import register_person
from qunluo.people.models import Person
from qunluo.reach import actions, ports
from qunluo.reach.models import Notice

_numbers = count(1)
UTC8 = "Asia/Shanghai"


def somebody(name="Mei", *, zone=UTC8, language="en", address=True):
    """A person with a proven address."""
    made = register_person(name=name, email=None, language=language)
    number = next(_numbers)
    email = f"{name.lower()}{number}@example.org" if address else None
    Person.objects.filter(pk=made.pk).update(email=email, time_zone=zone)
    made.refresh_from_db()
    return made


def tell(*people, what="letter", reason="membership", key="k", cause=None, **more):
    """Tell people something; a new cause each time."""
    words = {"subject": {"en": "News", "zh": "消息"}}
    news = actions.News(
        what=what, reason=reason, key=key, cause=cause or f"c{next(_numbers)}",
        **{"words": words, **more},
    )  # fmt: skip
    return actions.notify([one.pk for one in people], news)


def notice(of, **fields):
    """The only notice of a person."""
    return Notice.objects.get(person=of, **fields)


@contextmanager
def subject(name="thing", *, known=None, hushes=None):
    """A kind of thing that everybody may know of, as long as it stands in `known`."""
    known = {1: ports.Known("Rain", "Farm · Square", "/c/farm/talk/1/", "It rains.")} if (
        known is None) else known  # fmt: skip
    subject = ports.Subject(
        look=lambda person, ids: {pk: known[pk] for pk in ids if pk in known}, hushes=hushes or {}
    )
    ports.subjects.answered_by(name, subject)
    try:
        yield known
    finally:
        ports.subjects._kinds.pop(name)
