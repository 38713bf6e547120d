"""Taking posts out of a thread, or messages out of a chat, into a thread of their own."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F, Max

from qunluo.community.queries import require
from qunluo.conversation import events
from qunluo.conversation.actions import marks
from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.actions.reacting import felt_in
from qunluo.conversation.actions.relocating import MODERATE, may_go, widening
from qunluo.conversation.actions.removing import last_of
from qunluo.conversation.actions.rooms import next_number
from qunluo.conversation.errors import InvalidPost, PostGone
from qunluo.conversation.models import Attachment, Mention, Post, Reading, Space, Thread
from qunluo.conversation.rules import writing as rules
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.markup import plain
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

KIND, MOST, CHAT = "talk", 200, "chat"


@write_tx
def split_thread(
    *,
    actor: "Person",
    thread: Thread,
    places: Sequence[int],
    title: str = "",
    space: Space | None = None,
    confirm: bool = False,
) -> Thread:
    """Move posts into a new thread; each leaves a sign where it stood, and unread stays exact.

    One's own posts, or others' by who keeps talk in order. What leads to more readers needs
    `confirm`, as in relocate_thread. InvalidPost, PostGone, MoreWouldRead, KindNotHere,
    StaysWhereItIs, PermissionMissing, SpaceNotFound, SpacePutAway, Suspended, MembersOnly.
    """
    target = space or thread.space
    sight = writer_in(actor, thread.space)
    old = Thread.objects.select_for_update().select_related("space").get(pk=thread.pk)
    title = " ".join(rules.tidy(title).split())
    posts = _chosen(old, places, title)
    own = all(post.author_id == actor.pk for post in posts)
    if not own:
        require(actor, thread.community, MODERATE)
    may_go(actor, sight, thread.space, target, kind=KIND, own=own)
    widening(actor, thread.space, target, confirm=confirm)
    new = _begin(old, target, posts, title)
    there = _move(old, new, posts, actor)
    _readings(old, new, there)
    _leave(old, posts)
    about: dict[str, Any] = {
        "community_id": thread.community_id,
        "actor_id": actor.pk,
        "person_id": posts[0].author_id,
        "thread_id": new.pk,
        "number": new.number,
        "space_id": target.pk,
        "left_thread_id": old.pk,
        "left_number": old.number,
        "posts": len(posts),
    }
    publish(events.PostsTakenAlong(**about) if own else events.PostsSplit(**about))
    return Thread.objects.select_related("space__community", "community").get(pk=new.pk)


def _chosen(old: Thread, places: Sequence[int], title: str) -> list[Post]:
    """Return the posts to move, in their order; the opener of a thread stays."""
    wanted = sorted(set(places))
    faults: rules.Faults = {}
    if not wanted or len(wanted) > MOST:
        faults["places"] = [_("Choose at least one post, and at most 200.")]
    elif 1 in wanted and old.kind != CHAT:
        faults["places"] = [_("The first post stays; move the whole thread instead.")]
    if len(title) > rules.TITLE_LENGTH:
        faults["title"] = [_("At most 120 characters; the rest belongs into the text.")]
    if faults:
        raise InvalidPost(fields=faults)
    found = Post.objects.filter(thread=old, place__in=wanted, removed_at=None).order_by("place")
    posts = list(found.select_for_update())
    if len(posts) < len(wanted):
        raise PostGone
    return posts


def _begin(old: Thread, target: Space, posts: list[Post], title: str) -> Thread:
    first, last = posts[0], posts[-1]
    replies = len(posts) - 1
    return Thread.objects.create(
        community_id=old.community_id,
        space=target,
        number=next_number(target.community),
        kind=KIND,
        state=kind_of(KIND).start,
        title=title,
        excerpt=plain(first.html),
        author_id=first.author_id,
        posts=len(posts),
        replies=replies,
        reactions=sum(post.reactions for post in posts),
        **felt_in(posts),
        # As old as what stands in it, so that it is new to nobody who had come later.
        opened_at=first.written_at,
        active_at=last.written_at,
        last_author_id=last.author_id,
        last_excerpt=plain(last.html) if replies else "",
        split_from=old,
        embargo_until=old.embargo_until,
        announce_at=old.announce_at,
        early_kind=old.early_kind,
        early_name=old.early_name,
    )


def _move(old: Thread, new: Thread, posts: list[Post], actor: "Person") -> Mapping[int, int]:
    """Move the posts and leave a sign of each; return the new place by the old one."""
    moment = now()
    there = {post.place: number for number, post in enumerate(posts, start=1)}
    for post in posts:
        Post.objects.filter(pk=post.pk).update(
            thread=new, place=there[post.place], reply_to=there.get(post.reply_to, 0), move=""
        )
    Post.objects.bulk_create(
        Post(
            community_id=old.community_id,
            thread=old,
            place=post.place,
            author_id=post.author_id,
            source="",
            html="",
            written_at=post.written_at,
            removed_at=moment,
            removed_by=actor,
            moved_to=new.number,
        )
        for post in posts
    )
    files = Attachment.objects.filter(post__in=[post.pk for post in posts])
    files.update(thread=new, space=new.space)
    cover = files.filter(post=posts[0].pk, sort=Attachment.Sort.PICTURE).order_by("place").first()
    if cover:
        Thread.objects.filter(pk=new.pk).update(cover=cover.uid)
    return there


def _readings(old: Thread, new: Thread, there: Mapping[int, int]) -> None:
    """Let everybody have read of the new thread what they had read of the old one."""
    authors = dict(Post.objects.filter(thread=new).values_list("place", "author_id"))
    called: dict[int, int] = dict(
        Mention.objects.filter(post__thread=new)
        .values_list("person_id")
        .annotate(Max("post__place"))
    )
    made = []
    for mine in Reading.objects.filter(thread=old):
        read = sum(place <= mine.read for place in there)
        beyond = [place for place in authors if place > read]
        made.append(
            Reading(
                person_id=mine.person_id,
                thread=new,
                read=read,
                ahead=sum(authors[place] == mine.person_id for place in beyond),
                following=mine.following,
                mentioned=called.get(mine.person_id, 0),
            )
        )
    Reading.objects.bulk_create(made, batch_size=500)


def _leave(old: Thread, posts: list[Post]) -> None:
    """Keep the counters of the old thread, and what its readers have left to read."""
    for post in posts:
        marks.gone(old.pk, post.place, post.author_id)
    changes: dict[str, Any] = {
        "replies": F("replies") - len(posts),
        "reactions": F("reactions") - sum(post.reactions for post in posts),
        **{name: F(name) - times for name, times in felt_in(posts).items()},
        **last_of(old),
    }
    if old.accepted_place in {post.place for post in posts}:
        start = kind_of(old.kind)
        changes |= {"accepted_place": 0, "state": start.start, "settled": False}
    Thread.objects.filter(pk=old.pk).update(**changes)
