"""Threads that another room knows by id, as a viewer may see them: a guide, a table of readers."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q

from qunluo.conversation.models import Post, Space, Thread
from qunluo.conversation.queries.cards import ThreadCard, cards, with_reading
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import seen_by, sight_of
from qunluo.governance.queries import hidden_between

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer
    from qunluo.people.models import Person


def named_threads(
    community: "Community", ids: Collection[int], *, viewer: "Viewer"
) -> dict[int, ThreadCard]:
    """Return the cards of threads that a viewer may read, by id; what was removed is left out."""
    if not ids:
        return {}
    sight = sight_of(viewer, community)
    spaces = {s.pk: s for s in seen_by(sight, Space.objects.filter(community=community))}
    found = Thread.objects.filter(
        opened(sight), community=community, pk__in=ids, space_id__in=list(spaces), opener_gone=False
    )
    away = hidden_between(sight.person_id)
    rows = with_reading(found.exclude(author_id__in=away), sight.person_id)
    since = {community.pk: sight.joined_at} if sight.joined_at else {}
    return {card.id: card for card in cards(rows, spaces, sight.person_id, since)}


def opening_posts(ids: Collection[int]) -> Mapping[int, Post]:
    """Return the posts that open threads and stand, by thread; see the threads first."""
    found = Post.objects.filter(thread__in=ids, place=1, removed_at=None)
    return {post.thread_id: post for post in found}


def removed_under_rules(ids: Collection[int]) -> int:
    """Return how many of the threads were removed under a rule; what authors took back is not."""
    gone = Post.objects.filter(thread__in=ids, place=1, removed_at__isnull=False)
    return gone.exclude(rule_id="").count()


def standing_post(community: "Community", number: int, place: int) -> Post | None:
    """Return a post that stands at a place of a thread, for the software's own reactions."""
    found = Post.objects.filter(
        thread__community=community, thread__number=number, place=place, removed_at=None
    )
    return found.select_related("thread__space").first()


def seen_of(
    community: "Community", author: "Person", threads: "QuerySet[Any, Any]"
) -> dict[tuple[int, int], int]:
    """Return the standing posts of somebody in some threads, the newest 500, and who saw them.

    By thread and place: how many members read as far as there, the author left out.
    """
    read = Q(thread__readings__read__gte=F("place")) & ~Q(thread__readings__person=F("author"))
    found = Post.objects.filter(
        community=community, author=author, thread__in=threads, removed_at=None
    )
    rows = found.annotate(seen=Count("thread__readings", filter=read)).order_by("-pk")[:500]
    return {(thread, place): seen for thread, place, seen
            in rows.values_list("thread", "place", "seen")}  # fmt: skip


def ids_of(community: "Community", numbers: Collection[int]) -> dict[int, int]:
    """Return the ids of threads by their numbers, for the software's own tables."""
    found = Thread.objects.filter(community=community, number__in=numbers)
    return dict(found.values_list("number", "pk"))


def find_post(pk: int) -> Post | None:
    """Return a post by its id, for the software's own reactions; doors use get_post."""
    return Post.objects.select_related("thread__space__community").filter(pk=pk).first()
