"""Who keeps away from whom."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, Q, QuerySet, When

from qunluo.governance.models import Distance

if TYPE_CHECKING:
    from qunluo.people.models import Person

BLOCK = Distance.Kind.BLOCK


def hidden_between(person_id: int | None) -> frozenset[int]:
    """Return whom a person hears nothing of: muted, blocked, or having blocked them; one query."""
    return frozenset(hidden_ids(person_id)) if person_id else frozenset()


def hidden_ids(person_id: int | None) -> "QuerySet[Any, Any]":
    """Return the same as a query of ids, to leave them out within another one."""
    return (
        Distance.objects.filter(Q(person_id=person_id) | Q(other_id=person_id, kind=BLOCK))
        .annotate(away=Case(When(person_id=person_id, then=F("other_id")), default=F("person_id")))
        .values_list("away", flat=True)
    )


def blocked_among(person_id: int, others: Iterable[int]) -> frozenset[int]:
    """Return those of the others between whom and a person a block stands, whoever set it."""
    wanted = list(others)
    if not wanted:
        return frozenset()
    found = Distance.objects.filter(kind=BLOCK).filter(
        Q(person_id=person_id, other_id__in=wanted) | Q(other_id=person_id, person_id__in=wanted)
    )
    pairs = found.values_list("person_id", "other_id")
    return frozenset(b if a == person_id else a for a, b in pairs)


def deaf_to(person_id: int, others: Iterable[int]) -> frozenset[int]:
    """Return those of the others who hear nothing of a person: a block stands, or their mute."""
    wanted = list(others)
    if not wanted:
        return frozenset()
    muted = Distance.objects.filter(person_id__in=wanted, other_id=person_id)
    away = frozenset(muted.values_list("person_id", flat=True))
    return away | blocked_among(person_id, wanted)


def are_blocked(one: int, other: int) -> bool:
    """Return whether a block stands between two persons."""
    return bool(blocked_among(one, [other]))


def distance_to(person: "Person", other_id: int) -> str:
    """Return what a person keeps towards another: "mute", "block" or ""."""
    found = Distance.objects.filter(person=person, other_id=other_id)
    return found.values_list("kind", flat=True).first() or ""


def distances(person: "Person") -> list[Distance]:
    """Return whom a person has muted or blocked, the newest first."""
    found = Distance.objects.filter(person=person).select_related("other")
    return list(found.order_by("-set_at", "-pk"))
