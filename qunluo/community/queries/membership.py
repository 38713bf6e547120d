"""Who belongs where; fetching is permission."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Exists,
    Expression,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from qunluo.community.errors import CommunityNotFound, MembershipNotFound
from qunluo.community.models import Community, Membership, RulesVersion
from qunluo.community.queries.permissions import (
    ROLE_KINDS,
    Standing,
    in_force,
    live_grants,
    live_roles,
    standing_of,
)
from qunluo.community.rules.joining import cites
from qunluo.community.rules.permissions import MEMBER
from qunluo.kernel.clock import now
from qunluo.kernel.prepared import first, objects

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from qunluo.people.models import Person

PRIVATE = Community.Stage.PRIVATE
Beside = Callable[[int], Expression | Subquery]


@dataclass(frozen=True)
class Belonging:
    """One community of a person, and what they are in it."""

    community: Community
    membership: Membership
    roles: frozenset[str]
    held: frozenset[tuple[str, str]] = frozenset()  # (kind, name) of every grant
    beside: Any = None  # what another room asked for in the same question


@dataclass(frozen=True)
class Called:
    """A member whom somebody called by name or handle."""

    person_id: int
    handle: str
    joined_at: datetime


@dataclass(frozen=True)
class RulesState:
    """Which version of the rules counts and which one a member accepted; 0 means none yet."""

    current: int
    accepted: int

    @property
    def to_accept(self) -> bool:
        """Return whether the member is asked to accept the current rules."""
        return self.accepted < self.current


def communities_visible_to(
    viewer: "Person | AnonymousUser | None",
) -> "QuerySet[Community]":
    """Return the public communities, and the private ones in which the viewer is a member."""
    public = _public()
    if viewer is None or viewer.pk is None:
        return Community.objects.filter(public)
    return Community.objects.filter(public | _own(viewer.pk))


def _public() -> Q:
    return ~Q(stage=PRIVATE) & ~Q(stage=Community.Stage.CLOSED, closed_from=PRIVATE)


def _own(person_id: int) -> Exists:
    active = Membership.objects.filter(in_force(), person_id=person_id)
    return Exists(active.filter(community=OuterRef("pk")))


def open_doors(limit: int = 6) -> list[Community]:
    """Return the public communities with the most people."""
    published = Community.objects.filter(stage=Community.Stage.PUBLISHED)
    return list(published.order_by("-member_count", "pk")[:limit])


def get_community(slug: str, viewer: "Person | AnonymousUser | None") -> Community:
    """Return a community that the viewer may see; CommunityNotFound otherwise."""
    if viewer is None or viewer.pk is None:
        found: Community | None = first("", _door, [slug])
    else:
        found = first("", _door_of, [slug, viewer.pk])
    if found is None:
        raise CommunityNotFound
    return found


def enter(slug: str, viewer: "Person | AnonymousUser | None") -> tuple[Community, Standing]:
    """Return the same and how the viewer stands there; a member by one question."""
    who = viewer.pk if viewer is not None else None
    rows = objects("", _entered, [slug, who]) if who is not None else []
    if not rows:
        return get_community(slug, viewer), Standing()
    community: Community = rows[0].community
    return community, standing_of(rows[0], community.stage, (one.held_name for one in rows))


def _entered(given: Sequence[Any]) -> "QuerySet[Membership]":
    """Return the membership of a person with its community; a row for each live role."""
    return (
        Membership.objects.filter(in_force(), community__slug=given[0], person_id=given[1])
        .annotate(held=live_roles())
        .annotate(held_name=F("held__name"))
        .select_related("community")
    )


def _door(given: Sequence[str]) -> "QuerySet[Community]":
    return Community.objects.filter(_public(), slug=given[0])


def _door_of(given: Sequence[Any]) -> "QuerySet[Community]":
    slug, person_id = given
    return Community.objects.filter(_public() | _own(person_id), slug=slug)


def find_community(pk: int) -> Community | None:
    """Return a community by its id, for the software's own reactions; doors use get_community."""
    return Community.objects.filter(pk=pk).first()


def membership_of(
    person: "Person | AnonymousUser | None", community: Community
) -> Membership | None:
    """Return the active membership of a person, or None."""
    if person is None or person.pk is None:
        return None
    found: Membership | None = first("", _membership, [community.pk, person.pk])
    return found


def _membership(given: Sequence[int]) -> "QuerySet[Membership]":
    community_id, person_id = given
    return Membership.objects.filter(in_force(), community_id=community_id, person_id=person_id)


def members_called(community: Community, words: Iterable[str]) -> dict[str, Called]:
    """Return active members by those of the words that are their name or handle.

    Of two with one name it is the one who came first.
    """
    wanted = list(words)
    if not wanted:
        return {}
    rows = (
        Membership.objects.filter(in_force(), community=community)
        .filter(Q(person__name__in=wanted) | Q(person__handle__in=wanted))
        .order_by("-number")
        .values_list("person_id", "person__handle", "joined_at", "person__name")
    )
    found: dict[str, Called] = {}
    for pk, handle, joined_at, name in rows:
        found[name] = found[handle] = Called(pk, handle, joined_at)
    return found


def is_banned(person: "Person | AnonymousUser | None", community: Community) -> bool:
    """Return whether a person was removed, and no appeal has undone it."""
    if person is None or person.pk is None:
        return False
    return Membership.objects.filter(
        community=community, person_id=person.pk, status=Membership.Status.REMOVED
    ).exists()


def is_suspended(membership: Membership) -> bool:
    """Return whether an active member is suspended at this moment, as the database says now."""
    return Membership.objects.filter(
        in_force(), pk=membership.pk, suspended_until__gt=now()
    ).exists()


def get_membership(person: "Person | AnonymousUser | None", community: Community) -> Membership:
    """Return the active membership of a person; MembershipNotFound."""
    found = membership_of(person, community)
    if found is None:
        raise MembershipNotFound
    return found


def find_membership(pk: int) -> Membership | None:
    """Return a membership by its id, for the software's own reactions; doors use get_member."""
    return Membership.objects.select_related("community", "person").filter(pk=pk).first()


def communities_of(
    person: "Person | AnonymousUser | None", beside: Beside | None = None
) -> list[Belonging]:
    """Return the communities of a person with their roles in each, the longest first.

    `beside` makes an expression of the membership's columns and the person's id, whose value
    comes with each community.
    """
    if person is None or person.pk is None:
        return []
    held: dict[int, set[tuple[str, str]]] = {}
    found: dict[int, Membership] = {}

    def build(given: Sequence[int]) -> "QuerySet[Membership]":
        asked = _memberships(given)
        return asked.annotate(beside=beside(given[0])) if beside else asked

    for one in objects(beside, build, [person.pk]):
        grants = held.setdefault(one.pk, set())
        if one.held_kind:
            grants.add((one.held_kind, one.held_name))
        found.setdefault(one.pk, one)
    return [_belonging(one, held[pk]) for pk, one in found.items()]


def _memberships(given: Sequence[int]) -> "QuerySet[Membership]":
    """Return the query of memberships with their communities; a row for each grant."""
    held = FilteredRelation(
        "person__grants",
        condition=Q(person__grants__community=F("community"))
        & live_grants(along="person__grants__"),
    )
    return (
        Membership.objects.filter(in_force(), person_id=given[0])
        .annotate(held=held)
        .annotate(held_kind=F("held__kind"), held_name=F("held__name"))
        .select_related("community")
        .order_by("joined_at", "pk")
    )


def _belonging(membership: Membership, held: Iterable[tuple[str, str]]) -> Belonging:
    roles = {MEMBER, *(name for kind, name in held if kind in ROLE_KINDS)}
    beside = getattr(membership, "beside", None)
    return Belonging(membership.community, membership, frozenset(roles), frozenset(held), beside)


def share_a_community(one: int, other: int) -> bool:
    """Return whether two persons (by id) are active members of one community."""
    active = Membership.objects.filter(in_force())
    return active.filter(
        Exists(active.filter(community=OuterRef("community"), person_id=other)), person_id=one
    ).exists()


def current_rules(community: Community) -> RulesVersion | None:
    """Return the rules that count now, or None before any were published."""
    found: RulesVersion | None = first("", _rules, [community.pk])
    return found


def _rules(given: Sequence[int]) -> "QuerySet[RulesVersion]":
    return RulesVersion.objects.filter(community_id=given[0]).order_by("-number")[:1]


def accepted_rules(membership: Membership) -> list[dict[str, str]]:
    """Return the rules a member accepted: the only ones they can be held to."""
    version = RulesVersion.objects.filter(
        community=membership.community_id, number=membership.rules_number
    )
    return version.values_list("rules", flat=True).first() or []


def accepted_rule(membership: Membership, rule_id: str) -> Mapping[str, str] | None:
    """Return one of the rules a member accepted, or None."""
    return cites(accepted_rules(membership), rule_id)


def rules_state(membership: Membership) -> RulesState:
    """Return whether a member still has to accept the current rules."""
    current = current_rules(membership.community)
    return RulesState(current.number if current else 0, membership.rules_number)
