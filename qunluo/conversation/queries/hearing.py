"""Who is told of what is said: decided anew at the moment of telling."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from qunluo.community import queries as communities
from qunluo.conversation.models import Mention, Post, Reading, Space, SpaceFollowing, Thread
from qunluo.conversation.queries.early import first_readers
from qunluo.conversation.queries.sight import MANAGE, Sight
from qunluo.conversation.queries.stream import sight_in
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.spaces import type_of
from qunluo.governance.queries import deaf_to, hidden_between
from qunluo.kernel.prepared import ask
from qunluo.reach.ports import Known

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.people.models import Person

Following = Reading.Following


def hearers(thread: Thread, post: Post, actor_id: int) -> dict[str, set[int]]:
    """Return who hears of a reply, by reason; who is called by name in it hears of that instead."""
    followers = followers_among(thread) - {actor_id} - called_in(post)
    wrote = Post.objects.filter(thread=thread, author_id__in=followers, removed_at=None)
    wrote_here = set(wrote.values_list("author_id", flat=True).distinct())
    yours = followers & {thread.author_id}
    waits = (followers & {thread.assignee_id or 0}) - yours
    rest = followers - yours - waits
    return {"yours": yours, "waits": waits, "wrote": rest & wrote_here, "follow": rest - wrote_here}


def listening(thread: Thread, people: Iterable[int], actor_id: int | None) -> set[int]:
    """Return those of some people who may read a thread now, have not muted it or its space, and
    hear of who acted.
    """
    wanted = first_readers(thread, readers_among(thread.space, people))
    muted = Reading.objects.filter(thread=thread, person_id__in=wanted, following=Following.MUTED)
    wanted -= set(muted.values_list("person_id", flat=True))
    wanted -= _deaf_to_space(thread, wanted)
    return wanted - deaf_to(actor_id, wanted) if actor_id else wanted


def _deaf_to_space(thread: Thread, people: Collection[int]) -> set[int]:
    """Return who muted the space and does not follow the thread, which is the narrower wish."""
    rows = SpaceFollowing.objects.filter(
        space=thread.space, person_id__in=people, following=Following.MUTED
    )
    muted = set(rows.values_list("person_id", flat=True))
    if not muted:
        return muted
    follow = Reading.objects.filter(
        thread=thread, person_id__in=muted, following=Following.FOLLOWED
    )
    return muted - set(follow.values_list("person_id", flat=True))


def readers_among(space: Space, people: Iterable[int]) -> set[int]:
    """Return those of some people who belong to the community and may read the space now."""
    wanted = set(people)
    if not wanted:
        return set()
    inside = communities.active_members(space.community).filter(person_id__in=wanted)
    found = set(inside.values_list("person_id", flat=True))
    if space.private:
        return found & set(space.members.values_list("person_id", flat=True))
    if space.visibility != Space.Visibility.GRANT:
        return found
    held = communities.holders_among(space.community, found, space.grant_kind, space.grant_name)
    managers = communities.holders(space.community, communities.roles_with(MANAGE))
    return set(held) | set(managers.filter(person_id__in=found).values_list("person_id", flat=True))


def followers_of(space: Space) -> set[int]:
    """Return who follows a space."""
    rows = SpaceFollowing.objects.filter(space=space, following=Following.FOLLOWED)
    return set(rows.values_list("person_id", flat=True))


def followers_among(thread: Thread) -> set[int]:
    """Return who follows a thread."""
    rows = Reading.objects.filter(thread=thread, following=Following.FOLLOWED)
    return set(rows.values_list("person_id", flat=True))


def called_in(post: Post) -> set[int]:
    """Return who is called by name in a post."""
    return set(Mention.objects.filter(post=post).values_list("person_id", flat=True))


def following_of(person: "Person", space: Space) -> str:
    """Return whether a person follows a space ("followed"), mutes it, or neither ("normal")."""
    found = ask("", _following, [person.pk, space.pk])
    return found[0][0] if found else Following.NORMAL


def _following(given: Sequence[int]) -> "QuerySet[SpaceFollowing, Any]":
    found = SpaceFollowing.objects.filter(person_id=given[0], space_id=given[1])
    return found.values_list("following")


def known_threads(person: "Person", ids: Collection[int]) -> dict[int, Known]:
    """Return what a person may know of threads now, by id."""
    rows = Thread.objects.select_related("space__community").filter(pk__in=list(ids))
    threads = list(rows)
    sights = _sights(person, {one.community_id for one in threads})
    away = hidden_between(person.pk)
    return {
        one.pk: _known_thread(one, said=one.last_author_id not in away)
        for one in threads
        if (sight := sights.get(one.community_id)) and sight.reads(one)
    }


def known_spaces(person: "Person", ids: Collection[int]) -> dict[int, Known]:
    """Return what a person may know of spaces now, by id."""
    spaces = list(Space.objects.select_related("community").filter(pk__in=list(ids)))
    sights = _sights(person, {one.community_id for one in spaces})
    return {
        one.pk: Known(one.name, one.community.name, f"/c/{one.community.slug}/talk/in/{one.slug}/")
        for one in spaces
        if (sight := sights.get(one.community_id)) and sight.sees(one)
    }


def known_communities(person: "Person", ids: Collection[int]) -> dict[int, Known]:
    """Return what a person may know of communities that they belong to, by id."""
    return {
        one.community.pk: Known(one.community.name, "", f"/c/{one.community.slug}/")
        for one in communities.communities_of(person)
        if one.community.pk in ids
    }


def _sights(person: "Person", ids: Collection[int]) -> dict[int, Sight]:
    """Return what a person may see in those of the communities in which they are members."""
    return {
        one.community.pk: sight_in(person, one)
        for one in communities.communities_of(person)
        if one.community.pk in ids
    }


def _known_thread(one: Thread, *, said: bool) -> Known:
    """Return a thread as a notice names it; `said` also how its last post begins."""
    space, community = one.space, one.space.community
    first = "" if one.opener_gone else one.title or one.excerpt
    room = space.name if type_of(space.type).room or space.private else ""
    last = one.last_excerpt or ("" if one.opener_gone else one.excerpt)
    return Known(
        title=first or room or f"#{one.number}",
        where=community.name if space.private else f"{community.name} · {space.name}",
        path=f"/c/{community.slug}/talk/{one.number}/",
        excerpt=last if said else "",
        words={"kind": kind_of(one.kind).label, "number": one.number, "space": space.name},
    )
