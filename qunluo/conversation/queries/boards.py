"""Boards: everything of one kind in a community, with how much of it stands where."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from qunluo.conversation.models import Post, Space, Thread
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import seen_by, sight_of
from qunluo.conversation.rules.kinds import Kind, State, kind_of, kinds

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer


@dataclass(frozen=True)
class BoardCard:
    """A kind that has a board, and how many threads of it are not settled and are there at all."""

    kind: Kind
    open: int
    all: int


def boards(community: "Community", *, viewer: "Viewer") -> list[BoardCard]:
    """Return the kinds of which a viewer sees something, in their order; three queries."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, settled, many in _seen(community, viewer, "kind", "settled"):
        counts[name][0] += 0 if settled else many
        counts[name][1] += many
    return [
        BoardCard(kind, *counts[name])
        for name, kind in kinds().items()
        if kind.board and name in counts
    ]


def states_of(community: "Community", kind: str, *, viewer: "Viewer") -> list[tuple[State, int]]:
    """Return how many threads of a kind stand in each state, as far as a viewer sees them."""
    found = {state: many for name, state, many in _seen(community, viewer, "kind", "state")
             if name == kind}  # fmt: skip
    return [(state, found[name]) for name, state in kind_of(kind).states.items() if found.get(name)]


def times_moved(threads: Iterable[int], move: str) -> Mapping[int, int]:
    """Return how often a step with words was taken in each thread: thanks, receipts, gifts."""
    rows = Post.objects.filter(thread_id__in=list(threads), move=move, removed_at=None)
    return dict(rows.order_by().values_list("thread_id").annotate(Count("pk")))


def _seen(
    community: "Community", viewer: "Viewer", *columns: str
) -> Iterable[tuple[str, str, int]]:
    sight = sight_of(viewer, community)
    spaces = [s.pk for s in seen_by(sight, Space.objects.filter(community=community))]
    found = Thread.objects.filter(
        opened(sight), community=community, space_id__in=spaces, opener_gone=False
    )
    return found.order_by().values_list(*columns).annotate(many=Count("pk"))
