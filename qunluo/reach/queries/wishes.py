"""How people want to be reached."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qunluo.reach import rules
from qunluo.reach.errors import UnknownScope
from qunluo.reach.models import Rhythm, Wish
from qunluo.reach.ports import subjects
from qunluo.reach.rules.hours import DIGEST_HOUR, QUIET_FROM, QUIET_TO

if TYPE_CHECKING:
    from qunluo.people.models import Person

Wishes = Mapping[tuple[str, str], rules.Wish]


@dataclass(frozen=True)
class Hours:
    """When a person is left in peace (the same hour twice: never), and when the digest comes."""

    quiet_from: int = QUIET_FROM
    quiet_to: int = QUIET_TO
    digest_hour: int = DIGEST_HOUR


@dataclass(frozen=True)
class ScopeName:
    """A scope that a person can have wishes for, and what it is called."""

    scope: str
    title: str
    where: str
    path: str


def hours_of(people: Iterable[int]) -> dict[int, Hours]:
    """Return the hours of persons by id, the usual ones for who chose none; one query."""
    wanted = list(people)
    rows = Rhythm.objects.filter(person_id__in=wanted)
    columns = ("person_id", "quiet_from", "quiet_to", "digest_hour")
    chosen = {row[0]: Hours(*row[1:]) for row in rows.values_list(*columns)}
    return {pk: chosen.get(pk) or Hours() for pk in wanted}


def wishes_among(
    people: Collection[int], scopes: Collection[str], reason: str
) -> dict[int, Wishes]:
    """Return what persons wish where it matters for a reason in some scopes; one query."""
    rows = Wish.objects.filter(
        person_id__in=people, scope__in=["", *scopes], reason__in=["", reason]
    )
    found: dict[int, dict[tuple[str, str], rules.Wish]] = defaultdict(dict)
    for row in rows:
        found[row.person_id][row.scope, row.reason] = _wish(row)
    return {pk: found.get(pk, {}) for pk in people}


def own_wishes(person: "Person") -> dict[tuple[str, str], rules.Wish]:
    """Return everything a person wishes, by scope and reason."""
    rows = Wish.objects.filter(person=person).order_by("scope", "reason")
    return {(row.scope, row.reason): _wish(row) for row in rows}


def wish_in(person: "Person", scope: str, reason: str = "") -> rules.Wish:
    """Return what a person wishes in one scope; an empty wish says nothing."""
    row = Wish.objects.filter(person=person, scope=scope, reason=reason).first()
    return _wish(row) if row else rules.Wish()


def named_scope(person: "Person", scope: str) -> ScopeName:
    """Return a scope with its name, when the person may know of it; UnknownScope."""
    name, _colon, number = scope.partition(":")
    subject = subjects.find(name)
    if subject is None or not number.isascii() or not number.isdecimal() or len(number) > 18:
        raise UnknownScope
    known = subject.look(person, [int(number)]).get(int(number))
    if known is None:
        raise UnknownScope
    return ScopeName(scope, known.title, known.where, known.path)


def _wish(row: Wish) -> rules.Wish:
    return rules.Wish(row.mail or None, row.push, row.muted)
