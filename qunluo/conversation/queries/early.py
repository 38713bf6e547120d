"""What opens to some before it opens to everybody: one predicate for every list, page and feed.

Nothing has to happen at the moment itself: from `embargo_until` on the condition is simply true.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from qunluo.community import queries as communities
from qunluo.conversation.models import Thread
from qunluo.conversation.queries.sight import EARLY_MEMBERS, MANAGE, Sight
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from django.db.models import QuerySet


def open_to_all(prefix: str = "") -> Q:
    """Return the condition under which a thread (seen along `prefix`) is for everybody by now."""
    until = f"{prefix}embargo_until"
    return Q(**{until: None}) | Q(**{f"{until}__lte": now()})


def opened(*sights: Sight, prefix: str = "") -> Q:
    """Return the condition under which whoever these sights belong to may read a thread now."""
    condition = open_to_all(prefix)
    members = [one for one in sights if one.member and one.person_id is not None]
    if not members:
        return condition
    person_id = members[0].person_id or 0
    managed = [one.community_id for one in members if MANAGE in one.permissions]
    held = communities.held_by(person_id).filter(
        community_id=OuterRef(f"{prefix}community_id"),
        kind=OuterRef(f"{prefix}early_kind"),
        name=OuterRef(f"{prefix}early_name"),
    )
    here = Q(**{f"{prefix}community_id__in": [one.community_id for one in members]})
    early = Q(**{f"{prefix}early_kind": EARLY_MEMBERS}) | Q(**{f"{prefix}author_id": person_id})
    condition |= here & (early | Q(Exists(held)))
    if managed:
        condition |= Q(**{f"{prefix}community_id__in": managed})
    return condition


def first_readers(thread: Thread, people: Iterable[int]) -> set[int]:
    """Return those of some members of the community who may read a thread now."""
    wanted = set(people)
    if not thread.held_back or thread.early_kind == EARLY_MEMBERS or not wanted:
        return wanted
    return _early(thread, wanted) | ({thread.author_id} & wanted)


def only_for(thread: Thread) -> frozenset[int] | None:
    """Return the only people (ids) who may hear of a thread now; None for all who see its space."""
    if not thread.held_back or thread.early_kind == EARLY_MEMBERS:
        return None
    members = communities.active_members(thread.space.community)
    author = members.filter(person_id=thread.author_id).values_list("person_id", flat=True)
    return frozenset(_early(thread, members.values("person_id")) | set(author))


def _early(thread: Thread, people: "Collection[int] | QuerySet[Any, Any]") -> set[int]:
    """Return who of some people (ids, or a query of them) holds what lets them read it first."""
    community = thread.space.community
    held = communities.holders_among(community, people, thread.early_kind, thread.early_name)
    managers = communities.holders(community, communities.roles_with(MANAGE))
    return set(held) | set(
        managers.filter(person_id__in=people).values_list("person_id", flat=True)
    )
