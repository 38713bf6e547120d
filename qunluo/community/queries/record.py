"""The member record: everything the community knows about one member, for who looks after them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.community.errors import MembershipNotFound, TagNotFound
from qunluo.community.models import (
    Application,
    CloseCare,
    Community,
    Grant,
    MemberNote,
    Membership,
    MemberTag,
)
from qunluo.community.queries.directory import MANAGE
from qunluo.community.queries.permissions import (
    ROLE_KINDS,
    in_force,
    live_grants,
    permissions_of,
    standing,
)
from qunluo.community.rules import record as rules
from qunluo.community.rules import timeline as telling
from qunluo.kernel import queries as log
from qunluo.kernel.events import Event
from qunluo.people import queries as people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from qunluo.people.models import Person
    from qunluo.people.queries import Card, Profile

NOTES = "members.notes"


@dataclass(frozen=True)
class Moment:
    """One line of a timeline or of the audit log, in both languages."""

    id: int
    at: datetime
    name: str
    sentence: dict[str, str]


@dataclass(frozen=True)
class MemberRecord:
    """One member as those see them who look after them."""

    membership: Membership
    profile: "Profile"
    roles: frozenset[str]
    grants: list[Grant]
    tags: list[MemberTag]
    notes: list[MemberNote]
    application: Application | None
    close_to: list["Card"]
    timeline: list[Moment]


@dataclass(frozen=True)
class CareCircle:
    """Whom a host follows closely, and how many places are left of the twenty."""

    memberships: list[Membership]

    @property
    def left(self) -> int:
        """Return how many more people fit."""
        return rules.CLOSE_CARE_LIMIT - len(self.memberships)


def get_member(pk: int, *, viewer: "Person | AnonymousUser | None") -> Membership:
    """Return a membership, ended ones too, for who looks after members or hosts this one.

    MembershipNotFound for everybody else: fetching is permission.
    """
    found = Membership.objects.select_related("community", "person").filter(pk=pk).first()
    if found is None or not may_open(viewer, found):
        raise MembershipNotFound
    return found


def may_open(viewer: "Person | AnonymousUser | None", membership: Membership) -> bool:
    """Return whether the viewer may open a member's record: operators all, hosts their own."""
    allowed = permissions_of(viewer, membership.community)
    if MANAGE in allowed:
        return True
    if viewer is None or NOTES not in allowed:
        return False
    return (
        membership.host_id == viewer.pk
        or CloseCare.objects.filter(
            community=membership.community_id, host_id=viewer.pk, person_id=membership.person_id
        ).exists()
    )


def member_record(pk: int, *, viewer: "Person", moments: int = 30) -> MemberRecord:
    """Return the whole record of a member; MembershipNotFound."""
    membership = get_member(pk, viewer=viewer)
    community, person = membership.community, membership.person
    notes = MemberNote.objects.filter(membership=membership) if _notes(viewer, community) else None
    carers = CloseCare.objects.filter(community=community, person=person).order_by("since")
    return MemberRecord(
        membership=membership,
        profile=people.profile_for(person, viewer),
        roles=standing(person, community).roles,
        grants=list(
            Grant.objects.filter(community=community, person=person)
            .select_related("granted_by")
            .order_by("-granted_at", "-pk")
        ),
        tags=list(membership.tags.order_by("name")),
        notes=list(notes.select_related("author").order_by("-pk")) if notes is not None else [],
        application=Application.objects.filter(community=community, person=person)
        .order_by("-pk")
        .first(),
        close_to=list(people.person_card(carers.values_list("host_id", flat=True)).values()),
        timeline=timeline(membership, limit=moments),
    )


def timeline(membership: Membership, *, before: int | None = None, limit: int = 30) -> list[Moment]:
    """Return what a member did and what happened to them here, newest first; page by `before`."""
    return as_moments(
        log.events_about(membership.person_id, membership.community_id, before=before, limit=limit)
    )


def as_moments(events: "Sequence[Event]") -> list[Moment]:
    """Return events as sentences in both languages, with the names of today."""
    cards = people.person_card(telling.people_in(events))
    names = {pk: card.name for pk, card in cards.items()}
    return [
        Moment(event.id or 0, event.at, event.name, telling.sentence(event, names))
        for event in events
        if event.at
    ]


def close_care(host: "Person", community: Community) -> CareCircle:
    """Return whom a host follows closely."""
    ids = CloseCare.objects.filter(community=community, host=host).values("person_id")
    return CareCircle(
        list(
            Membership.objects.filter(in_force(), community=community, person__in=ids)
            .select_related("person")
            .order_by("person__name", "pk")
        )
    )


def hosts(community: Community) -> list["Card"]:
    """Return who may be made a member's host, by name."""
    able = rules.hosting_roles()
    ids = Grant.objects.filter(
        live_grants(),
        in_force(along="person__memberships__"),
        community=community,
        kind__in=ROLE_KINDS,
        name__in=able,
        person__memberships__community=community,
    ).values_list("person_id", flat=True)
    return sorted(people.person_card(ids).values(), key=lambda card: (card.name, card.id))


def get_tag(pk: int, *, viewer: "Person | AnonymousUser | None") -> MemberTag:
    """Return a tag for its bearer or for who may open the record; TagNotFound."""
    found = (
        MemberTag.objects.select_related("membership__community", "membership__person")
        .filter(pk=pk)
        .first()
    )
    if found is None or viewer is None or viewer.pk is None:
        raise TagNotFound
    own = found.membership.person_id == viewer.pk and found.source == MemberTag.Source.SELF
    if not own and MANAGE not in permissions_of(viewer, found.membership.community):
        raise TagNotFound
    return found


def own_tags(membership: Membership) -> list[MemberTag]:
    """Return the tags that a member put on themself."""
    return list(membership.tags.filter(source=MemberTag.Source.SELF).order_by("name"))


def tag_names(community: Community) -> list[str]:
    """Return the tags used in a community, for who looks after members."""
    used = MemberTag.objects.filter(
        Q(membership__status=Membership.Status.ACTIVE), community=community
    )
    return list(used.order_by("name").values_list("name", flat=True).distinct())


def _notes(viewer: "Person", community: Community) -> bool:
    return NOTES in permissions_of(viewer, community)
