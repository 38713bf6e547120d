"""What waits for somebody: feedback to handle, promises and their days, worries by weight."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from qunluo.community import queries as communities
from qunluo.conversation.models import Post, Space, Thread
from qunluo.conversation.queries.cards import ThreadCard, cards, with_reading
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import seen_by, sight_of
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer

HANDLE = "feedback.handle"


@dataclass(frozen=True)
class RemovedPosts:
    """How many posts were removed under one rule."""

    rule_id: str
    title: str
    posts: int


def threads_of_kind(
    community: "Community",
    kind: str,
    *,
    viewer: "Viewer",
    settled: bool | None = None,
    heaviest: bool = False,
    after: str | None = None,
    limit: int = 20,
) -> Page[ThreadCard]:
    """Return threads of one kind from all spaces that a viewer sees: a register of promises,
    a board of worries (`heaviest`: what most members second comes first), help that waits.
    """
    sight = sight_of(viewer, community)
    spaces = {s.pk: s for s in seen_by(sight, Space.objects.filter(community=community))}
    found = Thread.objects.filter(
        opened(sight), community=community, kind=kind, space_id__in=list(spaces)
    )
    if settled is not None:
        found = found.filter(settled=settled)
    order = ("-seconds", "-id") if heaviest else ("-active_at", "-id")
    rows = page(with_reading(found, sight.person_id), order, after, limit)
    since = {community.pk: sight.joined_at} if sight.joined_at else {}
    return Page(cards(rows.items, spaces, sight.person_id, since), rows.next)


def overdue(community: "Community", *, viewer: "Viewer", limit: int = 50) -> list[ThreadCard]:
    """Return feedback whose reply-by day has passed, the longest first (C04); for handlers."""
    communities.require(viewer, community, HANDLE)
    sight = sight_of(viewer, community)
    spaces = {s.pk: s for s in seen_by(sight, Space.objects.filter(community=community))}
    late = Thread.objects.filter(
        opened(sight),
        community=community,
        kind="feedback",
        settled=False,
        due_on__lt=now().date(),
        space_id__in=list(spaces),
    )
    rows = with_reading(late, sight.person_id).order_by("due_on", "id")[:limit]
    return cards(rows, spaces, sight.person_id, {})


def promise_counts(community: "Community", *, viewer: "Viewer") -> dict[str, int]:
    """Return how many promises were given, kept, late and broken, as far as a viewer sees them."""
    sight = sight_of(viewer, community)
    spaces = [s.pk for s in seen_by(sight, Space.objects.filter(community=community))]
    found = Thread.objects.filter(
        opened(sight), community=community, kind="promise", space_id__in=spaces
    )
    return dict(found.order_by().values_list("state").annotate(Count("pk")))


def removal_counts(community: "Community") -> list[RemovedPosts]:
    """Return how many posts were removed under each rule, for everybody to see (C13)."""
    removed = Post.objects.filter(~Q(rule_id=""), community=community, removed_at__isnull=False)
    rows = removed.order_by("rule_id").values_list("rule_id", "rule_title").annotate(Count("pk"))
    return [RemovedPosts(*row) for row in rows]
