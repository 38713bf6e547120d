"""What a person may do in a community, and why: the one place where grants become permissions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from qunluo.community.errors import (
    CommunityClosed,
    GrantNotFound,
    MembersOnly,
    PermissionMissing,
    RoleNotYours,
    Suspended,
)
from qunluo.community.models import Community, Grant, Membership
from qunluo.community.rules import permissions as rules
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.kernel.prepared import ask, objects, padded

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from qunluo.people.models import Person

ROLE_KINDS = (Grant.Kind.ROLE, Grant.Kind.SEAT)
NAMES_SHOWN = 5
GIVE = "grants.manage"


@dataclass(frozen=True)
class Standing:
    """How a person stands in a community: member or not, roles, suspended or not, at its end."""

    membership_id: int | None = None
    roles: frozenset[str] = frozenset()
    suspended_until: datetime | None = None
    joined_at: datetime | None = None
    closed: bool = False

    @property
    def permissions(self) -> frozenset[str]:
        """Return what the person may do; nothing while suspended, little once all is over."""
        if self.suspended_until:
            return frozenset()
        allowed = self.allowed_by_roles
        return rules.after_the_end(allowed) if self.closed else allowed

    @property
    def allowed_by_roles(self) -> frozenset[str]:
        """Return what the roles bring, suspended or not."""
        return rules.permissions_from(self.roles)


@dataclass(frozen=True)
class Reason:
    """A role that the person holds and that brings a permission."""

    role: rules.Role
    source: str
    granted_by: str
    since: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class Explanation:
    """One permission: yes or no, because of which grants, and who could give it."""

    permission: rules.Permission
    allowed: bool
    because: tuple[Reason, ...]
    roles: tuple[rules.Role, ...]
    givers: tuple[str, ...]


def live_grants(at: datetime | None = None, *, along: str = "") -> Q:
    """Return the condition for grants that count at a moment: an expired one needs no sweeper.

    `along` is the way to them from what is asked for.
    """
    never = Q(**{f"{along}revoked_at": None})
    ends = Q(**{f"{along}expires_at": None}) | Q(**{f"{along}expires_at__gt": at or now()})
    return never & ends


def in_force(at: datetime | None = None, *, along: str = "") -> Q:
    """Return the condition for memberships that count: one whose paid time is over does not."""
    free = Q(**{f"{along}paid_until": None})
    paid = Q(**{f"{along}paid_until__gt": at or now()})
    return Q(**{f"{along}status": Membership.Status.ACTIVE}) & (free | paid)


def standing(person: "Person | AnonymousUser | None", community: Community) -> Standing:
    """Return how a person stands in a community, in one query."""
    if person is None or person.pk is None:
        return Standing()
    rows = ask("", _standing, [community.pk, person.pk])
    if not rows:
        return Standing()
    pk, until, joined_at, stage, _name = rows[0]
    member = Membership(pk=pk, suspended_until=until, joined_at=joined_at)
    return standing_of(member, stage, (row[-1] for row in rows))


def standing_of(member: Membership, stage: str, roles: Iterable[str | None]) -> Standing:
    """Return the standing that a membership in force and the names of live roles make up."""
    until = member.suspended_until
    held = frozenset({rules.MEMBER, *filter(None, roles)})
    ends = until if until and until > now() else None
    return Standing(member.pk, held, ends, member.joined_at, stage == Community.Stage.CLOSED)


def _standing(given: Sequence[int]) -> "QuerySet[Membership, Any]":
    community_id, person_id = given
    return (
        Membership.objects.filter(in_force(), community_id=community_id, person_id=person_id)
        .annotate(held=live_roles())
        .values_list("pk", "suspended_until", "joined_at", "community__stage", "held__name")
    )


def live_roles() -> FilteredRelation:
    """Return the roles of a membership that count, to be joined to it; a row for each."""
    held = Q(person__grants__community=F("community"), person__grants__kind__in=ROLE_KINDS)
    held &= live_grants(along="person__grants__")
    return FilteredRelation("person__grants", condition=held)


def permissions_of(person: "Person | AnonymousUser | None", community: Community) -> frozenset[str]:
    """Return the names of everything a person may do in a community."""
    return standing(person, community).permissions


def require(
    person: "Person | AnonymousUser | None", community: Community, permission: str
) -> Standing:
    """Return the standing of somebody who may; Forbidden says what brings it and who gives it."""
    found = standing(person, community)
    if permission in found.permissions:
        return found
    if found.membership_id is None:
        raise MembersOnly
    if found.suspended_until:
        raise Suspended(until=found.suspended_until.date())
    if permission in found.allowed_by_roles:
        raise CommunityClosed(community=community.name)
    lowest = rules.roles_allowing(permission)[0]
    raise PermissionMissing(
        permission=rules.permissions()[permission].label,
        role=lowest.label,
        givers=givers_of(lowest, community) or "-",
        needed=permission,
    )


def require_member(person: "Person | AnonymousUser | None", community: Community) -> Standing:
    """Return the standing of an active member who is not suspended, in a living community.

    MembersOnly, Suspended, CommunityClosed.
    """
    found = standing(person, community)
    if found.membership_id is None:
        raise MembersOnly
    if found.suspended_until:
        raise Suspended(until=found.suspended_until.date())
    if found.closed:
        raise CommunityClosed(community=community.name)
    return found


def require_to_give(
    person: "Person | AnonymousUser | None", community: Community, role_name: str = ""
) -> Standing:
    """Return the standing of who may give a role (or badges); RoleNotYours names who else may."""
    found = require(person, community, GIVE)
    role = rules.roles().get(role_name)
    if role and not rules.may_give(found.roles, role):
        raise RoleNotYours(
            role=role.label, givers=givers_of(role, community) or "-", needed=role.name
        )
    return found


def givers_of(role: rules.Role, community: Community) -> list[str]:
    """Return the names of at most five members who may give a role."""
    names = holders(community, role.given_by).order_by("pk").values_list("person__name", flat=True)
    return list(dict.fromkeys(names))[:NAMES_SHOWN]


def highest_role(person: "Person", community: Community) -> str:
    """Return the name of the highest role that somebody holds here, "" for none."""
    held = standing(person, community).roles
    return max(held, key=lambda name: rules.roles()[name].rank, default="")


def roles_with(permission: str) -> list[str]:
    """Return the names of the roles that bring a permission."""
    return [role.name for role in rules.roles_allowing(permission)]


def holders(community: Community, roles: Iterable[str]) -> "QuerySet[Grant]":
    """Return the live grants of some roles in a community, held by active members."""
    return _holders(community.pk, roles)


def _holders(community_id: int, roles: Iterable[str]) -> "QuerySet[Grant]":
    return Grant.objects.filter(
        live_grants(),
        in_force(along="person__memberships__"),
        community_id=community_id,
        kind__in=ROLE_KINDS,
        name__in=list(roles),
        person__memberships__community_id=community_id,
    )


def who_holds(community: Community, roles: Sequence[str]) -> "list[Person]":
    """Return the members who hold one of some roles, who held theirs first at the front."""

    def held(given: Sequence[int]) -> "QuerySet[Grant]":
        return _holders(given[0], roles).select_related("person").order_by("granted_at")

    found = objects(tuple(roles), held, [community.pk])
    return list({grant.person_id: grant.person for grant in found}.values())


def grants(
    community: Community,
    *,
    viewer: "Person | AnonymousUser | None",
    kinds: tuple[str, ...] = (),
    after: str | None = None,
    limit: int = 50,
) -> Page[Grant]:
    """Return a page of what members hold here at this moment, newest first; for who gives roles.

    With `kinds`, only grants of these kinds.
    """
    require(viewer, community, GIVE)
    held = Grant.objects.filter(live_grants(), community=community)
    if kinds:
        held = held.filter(kind__in=kinds)
    return page(held.select_related("person", "granted_by"), ["-id"], after, limit)


def due_grants(limit: int = 1) -> list[Grant]:
    """Return grants whose time has come and of which nobody was told, the longest past first."""
    due = Grant.objects.filter(revoked_at=None, expires_at__lte=now())
    return list(due.order_by("expires_at")[:limit])


def find_grant(pk: int) -> Grant | None:
    """Return a grant, for the software's own reactions; doors use get_grant."""
    return Grant.objects.select_related("community", "person").filter(pk=pk).first()


def get_grant(pk: int, *, viewer: "Person | AnonymousUser | None") -> Grant:
    """Return a grant for who holds it or gives such; GrantNotFound."""
    found = Grant.objects.select_related("community", "person").filter(pk=pk).first()
    if found is None or viewer is None or viewer.pk is None:
        raise GrantNotFound
    if found.person_id != viewer.pk and GIVE not in permissions_of(viewer, found.community):
        raise GrantNotFound
    return found


def explain_permissions(
    person: "Person | AnonymousUser | None", community: Community
) -> list[Explanation]:
    """Return for every permission whether the person has it, why, and who could give it."""
    found = standing(person, community)
    reasons = _reasons(found.membership_id) if found.membership_id else []
    givers: dict[str, list[str]] = {
        role.name: givers_of(role, community) if found.membership_id else []
        for role in rules.roles().values()
    }
    answers = []
    for permission in rules.permissions().values():
        bringing = rules.roles_allowing(permission.name)
        names = dict.fromkeys(name for role in bringing for name in givers[role.name])
        answers.append(
            Explanation(
                permission,
                allowed=permission.name in found.permissions,
                because=tuple(r for r in reasons if permission.name in r.role.permissions),
                roles=tuple(bringing),
                givers=tuple(names)[:NAMES_SHOWN],
            )
        )
    return answers


def _reasons(membership_id: int) -> list[Reason]:
    known = rules.roles()
    membership = Membership.objects.get(pk=membership_id)
    own = [Reason(known[rules.MEMBER], membership.via, "", membership.joined_at, None)]
    grants = (
        Grant.objects.filter(
            live_grants(),
            community=membership.community_id,
            person_id=membership.person_id,
            kind__in=ROLE_KINDS,
        )
        .annotate(giver=F("granted_by__name"))
        .order_by("granted_at", "pk")
    )
    return own + [
        Reason(
            known[grant.name], grant.source, grant.giver or "", grant.granted_at, grant.expires_at
        )
        for grant in grants
        if grant.name in known
    ]


def holdings(
    person: "Person | AnonymousUser | None", communities: Iterable[int]
) -> frozenset[tuple[int, str, str]]:
    """Return (community id, kind, name) of everything that a person holds at this moment."""
    if person is None or person.pk is None:
        return frozenset()
    return frozenset(ask("", _holdings, [person.pk, *padded(communities)]))


def _holdings(given: Sequence[int]) -> "QuerySet[Grant, Any]":
    person_id, *communities = given
    held = Grant.objects.filter(live_grants(), person_id=person_id, community_id__in=communities)
    return held.values_list("community_id", "kind", "name")


def held_by(person_id: int) -> "QuerySet[Grant]":
    """Return the grants that a person holds at this moment, for conditions of other queries."""
    return Grant.objects.filter(live_grants(), person_id=person_id)


def holders_among(
    community: Community, people: "Iterable[int] | QuerySet[Any, Any]", kind: str, name: str
) -> frozenset[int]:
    """Return who of some people (ids, or a query of them) holds a grant of a community now."""
    among = people if isinstance(people, QuerySet) else list(people)
    held = Grant.objects.filter(
        live_grants(), community=community, person_id__in=among, kind=kind, name=name
    )
    return frozenset(held.values_list("person_id", flat=True))
