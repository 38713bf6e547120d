"""Spaces: which a viewer sees, and what is new in each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, FilteredRelation, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Greatest

from qunluo.community import queries as communities
from qunluo.conversation.errors import SpaceNotFound
from qunluo.conversation.models import Reading, Space, SpaceFollowing, Thread
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import MANAGE, Sight, seen_by, sight_of
from qunluo.conversation.rules.kinds import Kind
from qunluo.conversation.rules.reading import KEEP_DAYS
from qunluo.conversation.rules.spaces import SpaceType, space_types, type_of
from qunluo.kernel.clock import now
from qunluo.kernel.prepared import first, objects

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer


@dataclass(frozen=True)
class SpaceCard:
    """A space in a list: how many threads of it have something new, and how many posts that is."""

    space: Space
    type: SpaceType
    unread: int
    unread_threads: int
    opens: list[Kind]


def spaces(community: "Community", *, viewer: "Viewer", archived: bool = False) -> list[SpaceCard]:
    """Return the spaces that a viewer sees, in their order, with what is new; four queries."""
    sight = sight_of(viewer, community)
    found = seen_by(sight, _of(community, archived=archived))
    new = _unread(sight, [space.pk for space in found])
    return [
        SpaceCard(space, type_of(space.type), *new.get(space.pk, (0, 0)), sight.opens(space))
        for space in found
    ]


def where_to_write(community: "Community", kind: str, *, viewer: "Viewer") -> str:
    """Return the address of the first space in which a viewer may open such a thread, or ""."""
    if viewer is None or viewer.pk is None:
        return ""
    found = (one.space.slug for one in spaces(community, viewer=viewer)
             if kind in {opened.name for opened in one.opens})  # fmt: skip
    return next(found, "")


def get_space(community: "Community", slug: str, *, viewer: "Viewer") -> Space:
    """Return a space that the viewer may read; SpaceNotFound otherwise."""
    return look_into(community, slug, viewer=viewer)[0]


def look_into(community: "Community", slug: str, *, viewer: "Viewer") -> tuple[Space, Sight]:
    """Return a space with what the viewer may do in its community; SpaceNotFound."""
    space: Space | None = first("", _called, [community.pk, slug])
    sight = sight_of(viewer, community, space)
    if space is None or not sight.sees(space):
        raise SpaceNotFound
    space.community = community
    return space, sight


def _called(given: Sequence[Any]) -> "QuerySet[Space]":
    community_id, slug = given
    return Space.objects.filter(community_id=community_id, slug=slug)


def find_space(pk: int) -> Space | None:
    """Return a space by its id, for the software's own reactions; doors use get_space."""
    return Space.objects.select_related("community").filter(pk=pk).first()


def managed_spaces(community: "Community", *, viewer: "Viewer") -> list[Space]:
    """Return every space, those that were put away too, for who manages them."""
    communities.require(viewer, community, MANAGE)
    return list(_shared(community.pk))


def types_of_spaces() -> list[SpaceType]:
    """Return the types that a space can have, for forms."""
    return list(space_types().values())


def _of(community: "Community", *, archived: bool) -> list[Space]:
    return objects("", _put_away if archived else _open, [community.pk])


def _open(given: Sequence[int]) -> "QuerySet[Space]":
    return _shared(given[0]).filter(archived_at=None)


def _put_away(given: Sequence[int]) -> "QuerySet[Space]":
    return _shared(given[0]).exclude(archived_at=None)


def _shared(community_id: int) -> "QuerySet[Space]":
    found = Space.objects.filter(community_id=community_id)
    found = found.exclude(visibility=Space.Visibility.PEOPLE)
    return found.order_by("position", "pk")


def unread_threads(sight: Sight, space: Space) -> list[Thread]:
    """Return the threads of a space in which something is new to a member, in order of their id."""
    return list(_with_news(sight, [space.pk]).order_by("pk")) if sight.joined_at else []


def _unread(sight: Sight, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return (posts, threads) that are new to a member, by space, in one grouped query.

    A space that they muted counts nothing.
    """
    if sight.joined_at is None:
        return {}
    muted = SpaceFollowing.objects.filter(
        person_id=sight.person_id or 0, following=Reading.Following.MUTED
    )
    rows = (
        _with_news(sight, ids)
        .exclude(space_id__in=muted.values("space_id"))
        .values_list("space_id")
        .annotate(posts_new=Sum("new"), threads_new=Count("pk"))
    )
    return {space: (posts, threads) for space, posts, threads in rows}


def _with_news(sight: Sight, ids: Iterable[int]) -> Any:
    mine = FilteredRelation("readings", condition=Q(readings__person_id=sight.person_id))
    return (
        Thread.objects.filter(community_id=sight.community_id, space_id__in=list(ids))
        .filter(opened(sight), active_at__gte=now() - timedelta(days=KEEP_DAYS))
        .annotate(mine=mine)
        .annotate(new=_new(sight.joined_at or now()))
        .filter(new__gt=0)
    )


def _new(joined_at: datetime) -> Case:
    """Return unread_of as the database computes it; a property test holds the two together."""
    return Case(
        When(mine__following="muted", then=Value(0)),
        When(
            mine__read__isnull=False,
            then=Greatest(F("posts") - F("mine__read") - F("mine__ahead"), Value(0)),
        ),
        When(opened_at__lt=joined_at, then=Value(0)),
        When(opener_gone=True, then=F("replies")),
        default=F("replies") + 1,
        output_field=IntegerField(),
    )
