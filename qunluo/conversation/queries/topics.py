"""Topics: what people gather under, counted and listed as far as a viewer may read."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Max, OuterRef

from qunluo.conversation.models import Space, Tagging, Thread, Topic
from qunluo.conversation.queries.cards import ThreadCard, cards, with_reading
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import Sight, seen_by, sight_of
from qunluo.conversation.rules.topics import key as key_of
from qunluo.governance.queries import hidden_ids
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer

TALKED_ABOUT_DAYS = 90


@dataclass(frozen=True)
class TopicCount:
    """A topic, and how many threads carry it that the viewer may read."""

    key: str
    name: str
    threads: int


def topics(
    community: "Community", *, viewer: "Viewer", days: int = TALKED_ABOUT_DAYS, limit: int = 30
) -> list[TopicCount]:
    """Return what is talked about in the spaces that a viewer sees, the most threads first."""
    sight = sight_of(viewer, community)
    since = now() - timedelta(days=days)
    rows = (
        _standing(sight, _spaces(sight, community))
        .filter(topic__community=community, post__written_at__gte=since)
        .values("topic__key", "topic__name")
        .annotate(threads=Count("post__thread", distinct=True), newest=Max("post"))
        .order_by("-threads", "-newest")[:limit]
    )
    return [TopicCount(row["topic__key"], row["topic__name"], row["threads"]) for row in rows]


def threads_on(
    community: "Community",
    name: str,
    *,
    viewer: "Viewer",
    after: str | None = None,
    limit: int = 20,
) -> tuple[str, Page[ThreadCard]]:
    """Return how a topic is written, and the threads that carry it, by their last activity.

    A topic that stands only where the viewer may not read looks like one that nobody has used.
    """
    sight, key = sight_of(viewer, community), key_of(name)
    spaces = _spaces(sight, community)
    carried = _standing(sight, spaces).filter(topic__community=community, topic__key=key)
    mine = carried.filter(post__thread=OuterRef("pk"))
    found = Thread.objects.filter(Exists(mine), community=community, opener_gone=False)
    rows = page(with_reading(found, sight.person_id), ("-active_at", "-id"), after, limit)
    since = {community.pk: sight.joined_at} if sight.joined_at else {}
    written = Topic.objects.filter(community=community, key=key) if rows.items else None
    topic = written.first() if written is not None else None
    shown = cards(rows.items, spaces, sight.person_id, since)
    return topic.name if topic else name, Page(shown, rows.next)


def _spaces(sight: Sight, community: "Community") -> dict[int, Space]:
    """Return the spaces whose topics a viewer sees; private talk has none."""
    found = Space.objects.filter(community=community).exclude(visibility=Space.Visibility.PEOPLE)
    spaces = {space.pk: space for space in seen_by(sight, found)}
    for space in spaces.values():
        space.community = community
    return spaces


def _standing(sight: Sight, spaces: dict[int, Space]) -> "QuerySet[Tagging]":
    """Return the taggings of posts that the viewer may read now."""
    found = Tagging.objects.filter(
        opened(sight, prefix="post__thread__"),
        post__removed_at=None,
        post__thread__space_id__in=spaces,
        post__thread__opener_gone=False,
    )
    if sight.person_id is None:
        return found
    return found.exclude(post__author_id__in=hidden_ids(sight.person_id))
