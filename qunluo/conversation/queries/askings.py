"""Who asks to be let into which circle, for them and for the host who decides."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from qunluo.community.queries import active_members, communities_of, require_member
from qunluo.conversation.errors import NotTheHost, SpaceNotFound
from qunluo.conversation.models import CircleAsking, Space, SpaceMember
from qunluo.conversation.queries.cards import NOBODY
from qunluo.conversation.rules.asking import AGAIN_AFTER
from qunluo.governance.queries import blocked_among
from qunluo.kernel.clock import now
from qunluo.people.queries import Card, person_card
from qunluo.reach.ports import Known

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

State = CircleAsking.State
NO_WORDS = {"en": "what was said is no longer kept", "zh": "对方的话已不再保留"}


@dataclass(frozen=True)
class Asking:
    """Somebody's wish to join; `again_at` is when they can ask again after a refusal."""

    id: int
    space_id: int
    person: Card
    text: str
    state: str
    reason: str
    asked_at: datetime
    settled_at: datetime | None

    @property
    def waits(self) -> bool:
        """Return whether nobody has answered yet."""
        return self.state == State.ASKED

    @property
    def again_at(self) -> datetime | None:
        """Return when one can ask again, None for now."""
        if self.state != State.REFUSED or self.settled_at is None:
            return None
        again = self.settled_at + AGAIN_AFTER
        return again if again > now() else None


def listed_circle(community: "Community", slug: str, *, viewer: "Person") -> Space:
    """Return a circle that stands on the map of cells; SpaceNotFound, MembersOnly."""
    require_member(viewer, community)
    found = Space.objects.filter(
        community=community, slug=slug, listed=True, pair="", archived_at=None,
        visibility=Space.Visibility.PEOPLE,
    ).first()  # fmt: skip
    if found is None:
        raise SpaceNotFound
    found.community = community
    return found


def own_askings(community: "Community", *, viewer: "Person") -> dict[int, Asking]:
    """Return the last time somebody asked, by circle (id), while it waits or was refused."""
    rows = CircleAsking.objects.filter(
        person=viewer, space__community=community, state__in=[State.ASKED, State.REFUSED]
    )
    faces = person_card([viewer.pk])
    return {row.space_id: _asking(row, faces) for row in rows.order_by("pk")}


def asking_of(row: CircleAsking) -> Asking:
    """Return one's own wish to join as it is shown."""
    return _asking(row, person_card([row.person_id]))


def askings_in(space: Space, *, viewer: "Person") -> list[Asking]:
    """Return who asks to be let into a circle, the longest waiting first; NotTheHost.

    Who left the community meanwhile asks no more, nor does whoever a block keeps away by now.
    """
    if not space.members.filter(person=viewer, host=True).exists():
        raise NotTheHost
    members = active_members(space.community).values("person_id")
    rows = CircleAsking.objects.filter(
        space=space, state=State.ASKED, person_id__in=members
    ).order_by("pk")
    found = list(rows[:200])
    away = blocked_among(viewer.pk, {row.person_id for row in found})
    found = [row for row in found if row.person_id not in away]
    faces = person_card(row.person_id for row in found)
    return [_asking(row, faces) for row in found]


def find_asking(pk: int) -> CircleAsking | None:
    """Return somebody's wish to join, with its circle; for the software itself."""
    found = CircleAsking.objects.select_related("space__community").filter(pk=pk)
    return found.first()


def known_circles(person: "Person", ids: Collection[int]) -> dict[int, Known]:
    """Return what a person may know of circles now: one's own, and those on the map."""
    mine = set(
        SpaceMember.objects.filter(person=person, space_id__in=list(ids)).values_list(
            "space_id", flat=True
        )
    )
    here = {one.community.pk for one in communities_of(person)}
    rows = Space.objects.select_related("community").filter(
        pk__in=list(ids), visibility=Space.Visibility.PEOPLE, pair="", community_id__in=here
    )
    refused = CircleAsking.objects.filter(
        person=person, space_id__in=list(ids), state=State.REFUSED
    ).order_by("pk")
    said = dict(refused.values_list("space_id", "reason"))
    return {
        one.pk: Known(
            one.name,
            one.community.name,
            _path(one, inside=one.pk in mine),
            words={"told": said.get(one.pk) or NO_WORDS},
        )
        for one in rows
        if one.pk in mine or one.listed
    }


def _path(space: Space, *, inside: bool) -> str:
    talk = f"/c/{space.community.slug}/talk/"
    return f"{talk}in/{space.slug}/circle/" if inside else f"{talk}cells/#c{space.pk}"


def _asking(row: CircleAsking, faces: dict[int, Card]) -> Asking:
    return Asking(
        row.pk, row.space_id, faces.get(row.person_id, NOBODY), row.text, row.state, row.reason,
        row.asked_at, row.settled_at,
    )  # fmt: skip
