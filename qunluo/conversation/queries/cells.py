"""Cells: small circles and spaces of the able, and how many people they share (C12)."""

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.community.queries import active_members, holders_among
from qunluo.conversation.models import Space, SpaceMember
from qunluo.conversation.queries.cards import NOBODY
from qunluo.conversation.queries.sight import MANAGE, Sight, sight_of_member
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer

MOST = 60
ENOUGH, ENOUGH_SHARED = 5, 3  # people, below which a number would tell who is inside


@dataclass(frozen=True)
class Cell:
    """A circle that members began, or a space for those who hold a grant; `rules` its own ones.

    `inside` is about the viewer; `shared` says with which other cells it shares how many people.
    `people` is `exact` where the viewer reads it, elsewhere in fives: 0 for fewer than five.
    """

    space: Space
    people: int
    exact: bool
    inside: bool
    host: Card | None
    shared: dict[int, int]

    @property
    def circle(self) -> bool:
        """Return whether members began it themselves."""
        return self.space.private


def cells(community: "Community", *, viewer: "Viewer") -> list[Cell]:
    """Return the cells that a member sees, the largest first; MembersOnly.

    Of circles those that their hosts put on the map, and one's own. Only numbers of people are
    told, never who is in a circle that one is not in; a host is named as the one to ask. What two
    share is told of cells that one reads, and only where it is too many to tell who.
    """
    sight = sight_of_member(viewer, community)
    private = Space.Visibility.PEOPLE
    found = Space.objects.filter(
        Q(visibility=Space.Visibility.GRANT) | Q(visibility=private, pair=""),
        Q(listed=True) | Q(pk__in=sight.private) | ~Q(visibility=private) & _granted(sight),
        community=community,
        archived_at=None,
    )
    spaces = list(found.order_by("pk")[:MOST])
    people = _people(community, spaces)
    hosts = dict(
        SpaceMember.objects.filter(space__in=spaces, host=True).values_list("space_id", "person_id")
    )
    faces = person_card(hosts.values())
    shared: dict[int, dict[int, int]] = {space.pk: {} for space in spaces}
    read = {s.pk for s in spaces if sight.sees(s)}
    for one, other in combinations([pk for pk in people if pk in read], 2):
        both = len(people[one] & people[other])
        if both >= ENOUGH_SHARED and min(len(people[one]), len(people[other])) >= ENOUGH:
            shared[one][other] = shared[other][one] = both
    sizes = {pk: len(ids) if pk in read else len(ids) // 5 * 5 for pk, ids in people.items()}
    asking = viewer.pk if viewer and viewer.pk else 0
    made = [
        Cell(
            space,
            sizes[space.pk],
            space.pk in read,
            asking in people[space.pk],
            faces.get(hosts[space.pk], NOBODY) if space.pk in hosts else None,
            shared[space.pk],
        )
        for space in spaces
    ]
    return sorted(made, key=lambda cell: (-cell.people, cell.space.pk))


def _granted(sight: Sight) -> Q:
    """Return the condition under which a viewer reads a space for those who hold something."""
    if MANAGE in sight.permissions:
        return Q()
    held = Q(pk__in=[])
    for community_id, kind, name in sight.held:
        if community_id == sight.community_id:
            held |= Q(grant_kind=kind, grant_name=name)
    return held


def _people(community: "Community", spaces: list[Space]) -> dict[int, frozenset[int]]:
    """Return who is in each cell (ids), as far as they are members now."""
    members = active_members(community).values("person_id")
    inside: dict[int, set[int]] = {space.pk: set() for space in spaces}
    rows = SpaceMember.objects.filter(
        space__in=[s for s in spaces if s.private], person_id__in=members
    )
    for space_id, person_id in rows.values_list("space_id", "person_id"):
        inside[space_id].add(person_id)
    for space in spaces:
        if not space.private:
            held = holders_among(community, members, space.grant_kind, space.grant_name)
            inside[space.pk] |= held
    return {pk: frozenset(ids) for pk, ids in inside.items()}
