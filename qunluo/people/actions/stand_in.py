"""Rows for people who were never here: others knew them by a name."""

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.people import rules
from qunluo.people.models import Person


@write_tx
def add_stand_ins(*, names: Iterable[str], language: str, time_zone: str) -> list[Person]:
    """Return a person without an account for each name, in order; nobody can sign in as one."""
    moment, closed = now(), make_password(None)
    return Person.objects.bulk_create(
        Person(
            name=rules.clean_text(name)[: rules.LENGTHS["name"]] or "?",
            language=language,
            time_zone=time_zone,
            password=closed,
            is_active=False,
            joined_at=moment,
        )
        for name in names
    )
