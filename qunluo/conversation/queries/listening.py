"""For the live process: who may hear which space, and what is to be told of an event."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qunluo.community.queries import placed
from qunluo.conversation.models import Post, Reading, Space, SpaceMember, Thread
from qunluo.conversation.queries.cards import COLUMNS, NOBODY, unread_of
from qunluo.conversation.queries.early import only_for
from qunluo.conversation.queries.sight import Sight
from qunluo.conversation.queries.threads import reactions_of
from qunluo.conversation.rules.spaces import type_of
from qunluo.people.queries import person_card


@dataclass(frozen=True)
class Hearing:
    """The spaces (ids) that somebody may read, and until when that surely holds."""

    spaces: frozenset[int] = frozenset()
    until: datetime | None = None


def hearings(people: Iterable[int]) -> dict[int, Hearing]:
    """Return what each of some people (ids) may hear in the communities they belong to.

    Decided by Sight like every page; four queries however many people they are.
    """
    ids = list(people)
    places = placed(ids)
    private: dict[tuple[int, int], set[int]] = defaultdict(set)
    inside = SpaceMember.objects.filter(person_id__in=ids)
    for person, community, space in inside.values_list(
        "person_id", "space__community_id", "space_id"
    ):
        private[person, community].add(space)
    spaces: dict[int, list[Space]] = defaultdict(list)
    wanted = {one.community_id for one in places}
    columns = ("id", "community_id", "visibility", "grant_kind", "grant_name")
    open_ones = Space.objects.filter(community_id__in=wanted)
    for found in open_ones.exclude(visibility=Space.Visibility.PEOPLE).only(*columns):
        spaces[found.community_id].append(found)
    heard: dict[int, set[int]] = {pk: set() for pk in ids}
    until: dict[int, datetime] = {}
    for one in places:
        sight = Sight(
            one.person_id, one.community_id, one.standing, one.standing.joined_at, one.held
        )
        own = heard[one.person_id]
        own |= private[one.person_id, one.community_id]
        own |= {space.pk for space in spaces[one.community_id] if sight.sees(space)}
        if one.until:
            until[one.person_id] = min(one.until, until.get(one.person_id, one.until))
    return {pk: Hearing(frozenset(own), until.get(pk)) for pk, own in heard.items()}


def spaces_of_threads(threads: Iterable[int]) -> dict[int, tuple[int, frozenset[int] | None]]:
    """Return in which space each of some threads (ids) stands, and who alone may read it for now.

    None stands for all who see the space.
    """
    found = Thread.objects.filter(pk__in=set(threads))
    return {one.pk: (one.space_id, only_for(one)) for one in found}


def posts_to_tell(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return posts by id as everybody who sees their space may have them, without a viewer.

    `space_id`, `thread_id`, `author_id` and `only` (people, or None for all who see the space) say
    whom to tell and whom not; a removed one has no words, one that is held is left out.
    """
    found = Post.objects.select_related("thread__space__community").filter(pk__in=set(ids))
    posts = [post for post in found if not getattr(post, "held_at", None)]
    faces = person_card({post.author_id for post in posts})
    counts, _own = reactions_of([post.pk for post in posts if post.reactions], None)
    told = {}
    for post in posts:
        thread, space = post.thread, post.thread.space
        author = faces.get(post.author_id, NOBODY)
        told[post.pk] = {
            "community": space.community.slug,
            "space": space.slug,
            "room": type_of(space.type).room,
            "private": space.private,
            "thread": thread.number,
            "kind": thread.kind,
            "id": post.pk,
            "place": post.place,
            "author": {
                "name": author.name,
                "handle": author.handle,
                "picture": author.picture_url if author.handle else "",
            },
            "html": "" if post.removed_at else post.html,
            "removed": ("rule" if post.rule_id else "author") if post.removed_at else "",
            "reply_to": post.reply_to,
            "written_at": post.written_at.isoformat(),
            "edited": post.edited_at is not None,
            "reactions": dict(counts[post.pk]),
            "client_id": post.client_id,
            "attached": getattr(post, "attached", 0),
            "space_id": space.pk,
            "thread_id": thread.pk,
            "author_id": post.author_id,
            "only": only_for(thread),
        }
    return told


def marks_to_tell(pairs: Iterable[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return how far people have read in threads: (person, thread) by id."""
    wanted = set(pairs)
    rows = Reading.objects.select_related("thread__space__community").filter(
        person_id__in={person for person, _ in wanted}, thread_id__in={t for _, t in wanted}
    )
    told = []
    for one in rows:
        if (one.person_id, one.thread_id) not in wanted:
            continue
        thread = one.thread
        row = {name: getattr(thread, name) for name in COLUMNS}
        mine = {"read": one.read, "ahead": one.ahead, "following": one.following}
        row |= {f"mine__{name}": said for name, said in mine.items()}
        told.append(
            {
                "community": thread.space.community.slug,
                "space": thread.space.slug,
                "thread": thread.number,
                "read": one.read,
                "unread": unread_of(row, thread.opened_at),
                "person_id": one.person_id,
                "thread_id": one.thread_id,
                "space_id": thread.space_id,
                "pair": bool(thread.space.pair),
            }
        )
    return told
