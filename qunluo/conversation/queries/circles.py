"""Talk among chosen people: which one has, with whom, and what is new in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from qunluo.community.queries import members_called
from qunluo.conversation.errors import SpaceNotFound, ThreadNotFound
from qunluo.conversation.models import Reading, Space, SpaceMember, Thread
from qunluo.conversation.queries.cards import NOBODY, unread_of, with_reading
from qunluo.conversation.queries.sight import Sight, sight_of
from qunluo.conversation.queries.spaces import look_into
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

MOST = 200


@dataclass(frozen=True)
class TalkCard:
    """One conversation in somebody's list; of a talk of two `other` is the other one."""

    space: Space
    number: int
    thread_id: int
    other: Card | None
    people: int
    last_author: Card
    last_excerpt: str
    active_at: datetime
    unread: int
    following: str

    @property
    def name(self) -> str:
        """Return what it is called: the circle's name, or that of the other person."""
        return self.space.name or (self.other.name if self.other else "")


@dataclass(frozen=True)
class Inside:
    """Somebody in a private space."""

    card: Card
    host: bool
    joined_at: datetime


def talks(community: "Community", *, viewer: "Person") -> list[TalkCard]:
    """Return the private conversations of a member here, the latest first; six queries.

    Those of two in which nothing was ever said are left out.
    """
    sight = sight_of(viewer, community)
    if sight.joined_at is None:
        return []
    spaces = {
        space.pk: space
        for space in Space.objects.filter(community=community, members__person=viewer)
    }
    found = Thread.objects.filter(community=community, space_id__in=list(spaces))
    rows = list(with_reading(found, viewer.pk).order_by("-active_at", "-id")[:MOST])
    rows = [row for row in rows if row["posts"] or not spaces[row["space_id"]].pair]
    crowd: dict[int, list[int]] = {}
    inside = SpaceMember.objects.filter(space_id__in=[row["space_id"] for row in rows])
    for space_id, person in inside.order_by("pk").values_list("space_id", "person_id"):
        crowd.setdefault(space_id, []).append(person)
    others = {pk: next((p for p in all_ if p != viewer.pk), 0) for pk, all_ in crowd.items()}
    faces = person_card({*others.values(), *(row["last_author_id"] for row in rows)})
    cards = []
    for row in rows:
        space = spaces[row["space_id"]]
        space.community = community
        cards.append(
            TalkCard(
                space,
                row["number"],
                row["id"],
                faces.get(others.get(space.pk, 0), NOBODY) if space.pair else None,
                len(crowd.get(space.pk, ())),
                faces.get(row["last_author_id"], NOBODY),
                row["last_excerpt"],
                row["active_at"],
                unread_of(row, sight.joined_at),
                row.get("mine__following") or "normal",
            )
        )
    return cards


def talk_of_two(community: "Community", one: int, other: int) -> Space | None:
    """Return the talk of two people (ids), or None; for the software itself."""
    pair = "-".join(str(pk) for pk in sorted((one, other)))
    found = Space.objects.filter(community=community, pair=pair).first()
    if found:
        found.community = community
    return found


def chat_of(space: Space) -> Thread:
    """Return the one thread of a room that was looked into; ThreadNotFound for other spaces."""
    found = Thread.objects.filter(space=space, kind="chat").order_by("pk").first()
    if found is None:
        raise ThreadNotFound
    found.space, found.community = space, space.community
    return found


def people_of(community: "Community", slug: str, *, viewer: "Person") -> list[Inside]:
    """Return who is in a private space, for those who are; SpaceNotFound for everybody else."""
    space, _sight = look_into(community, slug, viewer=viewer)
    if not space.private:
        raise SpaceNotFound
    rows = list(space.members.order_by("joined_at", "pk"))
    faces = person_card(row.person_id for row in rows)
    return [Inside(faces.get(r.person_id, NOBODY), r.host, r.joined_at) for r in rows]


def other_of(space: Space, viewer_id: int) -> Card:
    """Return whom a talk of two is with."""
    ids = [int(pk) for pk in space.pair.split("-") if pk.isdigit() and int(pk) != viewer_id]
    return person_card(ids).get(ids[0], NOBODY) if ids else NOBODY


def read_by_other(thread: Thread, viewer_id: int) -> int:
    """Return how far the other one of a talk of two has read; 0 in every other room."""
    if not thread.space.pair:
        return 0
    theirs = Reading.objects.filter(thread=thread).exclude(person_id=viewer_id)
    return theirs.values_list("read", flat=True).first() or 0


def in_private(spaces: Iterable[int], person_id: int) -> set[int]:
    """Return those of some spaces (ids) that are private and have this person in them."""
    mine = SpaceMember.objects.filter(space_id__in=list(spaces), person_id=person_id)
    return set(mine.values_list("space_id", flat=True))


def still_there(sight: Sight, space: Space) -> bool:
    """Return whether the other one of a talk of two still belongs to the community."""
    handle = other_of(space, sight.person_id or 0).handle
    return sight.member and handle in members_called(space.community, [handle])
