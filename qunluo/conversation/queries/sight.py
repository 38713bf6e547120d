"""Who sees which space: the one place that decides it for pages, lists, streams and the API."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.conversation.models import Space, SpaceMember, Thread
from qunluo.conversation.rules.kinds import Kind
from qunluo.conversation.rules.spaces import type_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from qunluo.community.models import Community
    from qunluo.community.queries import Standing
    from qunluo.people.models import Person

    Viewer = Person | AnonymousUser | None

MANAGE = "spaces.manage"
EARLY_MEMBERS = "members"  # every member reads it before everybody else does


@dataclass(frozen=True)
class Sight:
    """What a viewer may see of the talk of one community, and do in it."""

    person_id: int | None
    community_id: int
    standing: "Standing"
    joined_at: datetime | None
    held: frozenset[tuple[int, str, str]]

    @property
    def member(self) -> bool:
        """Return whether the viewer belongs here; a suspended member still looks in."""
        return self.standing.membership_id is not None

    @property
    def permissions(self) -> frozenset[str]:
        """Return what the viewer may do."""
        return self.standing.permissions

    def sees(self, space: Space) -> bool:
        """Return whether the viewer may read a space of this community."""
        if space.private:
            return self.member and space.pk in self.private
        if space.visibility == Space.Visibility.PUBLIC:
            return True
        if not self.member or space.visibility == Space.Visibility.MEMBERS:
            return self.member
        grant = (space.community_id, space.grant_kind, space.grant_name)
        return grant in self.held or MANAGE in self.permissions

    def reads(self, thread: Thread) -> bool:
        """Return whether the viewer may read a thread now: its space, and whether it is open."""
        return self.sees(thread.space) and (not thread.held_back or self._early(thread))

    def _early(self, thread: Thread) -> bool:
        """Return whether the viewer is one of those who read a thread before others do."""
        if not self.member or self.person_id is None:
            return False
        if thread.early_kind == EARLY_MEMBERS or MANAGE in self.permissions:
            return True
        return thread.author_id == self.person_id or bool(
            communities.holders_among(
                thread.space.community, [self.person_id], thread.early_kind, thread.early_name
            )
        )

    @cached_property
    def private(self) -> frozenset[int]:
        """Return the private spaces that the viewer is in; asked for when one is looked at."""
        mine = SpaceMember.objects.filter(
            person_id=self.person_id or 0, space__community_id=self.community_id
        )
        return frozenset(mine.values_list("space_id", flat=True))

    def writes(self, space: Space) -> bool:
        """Return whether the viewer may reply in a space that they see."""
        return self.member and not self.standing.suspended_until and space.archived_at is None

    def opens(self, space: Space) -> list[Kind]:
        """Return the kinds of threads that the viewer may open in a space."""
        kind_of_space = type_of(space.type)
        if kind_of_space.room or not self.writes(space) or not self._may(kind_of_space.opens):
            return []
        return [kind for kind in kind_of_space.kinds if self._may(kind.opens)]

    def _may(self, permission: str) -> bool:
        return not permission or permission in self.permissions


def sight_of(viewer: "Viewer", community: "Community", space: Space | None = None) -> Sight:
    """Return what a viewer may see in a community; two queries at most, none for visitors.

    With a space it is enough to know what decides about that one.
    """
    standing = communities.standing(viewer, community)
    held: frozenset[tuple[int, str, str]] = frozenset()
    if standing.membership_id and (space is None or space.visibility == Space.Visibility.GRANT):
        held = communities.holdings(viewer, [community.pk])
    person_id = viewer.pk if viewer else None
    return Sight(person_id, community.pk, standing, standing.joined_at, held)


def sight_of_member(viewer: "Viewer", community: "Community") -> Sight:
    """Return what a member may see, a suspended one too; MembersOnly."""
    sight = sight_of(viewer, community)
    if not sight.member:
        communities.require_member(viewer, community)
    return sight


def seen_by(sight: Sight, spaces: Iterable[Space]) -> list[Space]:
    """Return those of the spaces that the viewer may read."""
    return [space for space in spaces if sight.sees(space)]
