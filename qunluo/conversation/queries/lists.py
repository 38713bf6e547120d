"""The threads of a space, by their last activity."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from qunluo.conversation.models import Space, Thread
from qunluo.conversation.queries.cards import COLUMNS, FACES, MINE, ThreadCard, cards, with_reading
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import MANAGE, Sight
from qunluo.conversation.queries.spaces import look_into
from qunluo.kernel.paging import Page, cut, page
from qunluo.kernel.prepared import ask

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer

NEWEST_ACTIVITY = ("-active_at", "-id")


def threads(
    community: "Community",
    slug: str,
    *,
    viewer: "Viewer",
    kind: str = "",
    settled: bool | None = None,
    after: str | None = None,
    limit: int = 20,
) -> Page[ThreadCard]:
    """Return the threads of a space by their last activity; SpaceNotFound, BadCursor."""
    space, sight = look_into(community, slug, viewer=viewer)
    return threads_in(space, sight, kind=kind, settled=settled, after=after, limit=limit)


def threads_in(
    space: Space,
    sight: Sight,
    *,
    kind: str = "",
    settled: bool | None = None,
    after: str | None = None,
    limit: int = 20,
) -> Page[ThreadCard]:
    """Return the threads of a space that was looked into; one query."""
    since = {sight.community_id: sight.joined_at} if sight.joined_at else {}
    if after:
        found = _listed(sight, space.pk, kind, settled=settled)
        rows = page(with_reading(found, sight.person_id), NEWEST_ACTIVITY, after, limit)
    else:
        rows = cut(
            _first_rows(sight, space, kind, limit + 1, settled=settled), NEWEST_ACTIVITY, limit
        )
    return Page(cards(rows.items, {space.pk: space}, sight.person_id, since), rows.next)


def _listed(sight: Sight, space_id: int, kind: str, *, settled: bool | None) -> "QuerySet[Thread]":
    found = Thread.objects.filter(
        opened(sight), community_id=sight.community_id, space_id=space_id
    ).exclude(kind="chat")
    if kind:
        found = found.filter(kind=kind)
    return found if settled is None else found.filter(settled=settled)


def _first_rows(
    sight: Sight, space: Space, kind: str, count: int, *, settled: bool | None
) -> list[dict[str, Any]]:
    """Return the rows of the first page of a list, which is opened all day."""
    me = sight.person_id

    def build(given: Sequence[Any]) -> "QuerySet[Thread, Any]":
        space_id, community_id, *more = given
        stand_in = replace(
            sight, community_id=community_id, person_id=None if me is None else more.pop(0)
        )
        found = _listed(stand_in, space_id, more.pop(0) if kind else "", settled=settled)
        shown = with_reading(found, stand_in.person_id).order_by(*NEWEST_ACTIVITY)
        return cast("QuerySet[Thread, Any]", shown.values_list(*names)[:count])

    names = (*COLUMNS, *FACES, *(MINE if me is not None else ()))
    shape = (bool(kind), settled, count, me is None, sight.member, MANAGE in sight.permissions)
    given: list[int | str] = [
        space.pk,
        sight.community_id,
        *([] if me is None else [me]),
        *([kind] if kind else []),
    ]
    return [dict(zip(names, row, strict=True)) for row in ask(shape, build, given)]
