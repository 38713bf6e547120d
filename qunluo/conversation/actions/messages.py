"""What every message needs: who may write, safe HTML, its place, counters, marks and mentions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from qunluo.community.queries import Called, members_called, require_member
from qunluo.conversation import events
from qunluo.conversation.actions import marks
from qunluo.conversation.errors import (
    InvalidPost,
    NotReachable,
    SpaceNotFound,
    SpacePutAway,
    ThreadClosed,
)
from qunluo.conversation.models import Mention, Post, Space, Thread
from qunluo.conversation.queries.circles import other_of
from qunluo.conversation.queries.previewing import readers_called
from qunluo.conversation.queries.sight import Sight, sight_of
from qunluo.conversation.rules import markup
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.spaces import type_of
from qunluo.conversation.rules.writing import CLIENT_ID_LENGTH
from qunluo.governance.queries import blocked_among
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish_all
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.people.models import Person

MOST_CALLED = 20


@dataclass(frozen=True)
class Said:
    """A text made ready: safe HTML, its first words, and whom it calls."""

    source: str
    html: str
    excerpt: str
    people: list[Called]


def writer_in(actor: "Person", space: Space) -> Sight:
    """Return the sight of somebody who may write in a space.

    SpaceNotFound, MembersOnly, Suspended, SpacePutAway.
    """
    sight = sight_of(actor, space.community, space)
    if not sight.sees(space):
        raise SpaceNotFound
    if not sight.writes(space):
        require_member(actor, space.community)
        raise SpacePutAway
    if space.pair:
        reachable(actor, space)
    return sight


def reachable(actor: "Person", space: Space) -> None:
    """Refuse to write to somebody who has left, or between whom and oneself a block stands."""
    other = other_of(space, actor.pk)
    if not members_called(space.community, [other.handle]) or blocked_among(actor.pk, [other.id]):
        raise NotReachable


def made_ready(actor: "Person", space: Space, source: str) -> Said:
    """Return a text with its HTML, and the members it calls who may read it."""
    people = spared(actor, readers_called(space, source))
    base = f"/c/{space.community.slug}/talk/"
    html = markup.render(source, {word: one.handle for word, one in people.items()}, base)
    told = [one for one in people.values() if f"/p/{one.handle}/" in html]
    others = {one.person_id: one for one in told if one.person_id != actor.pk}
    return Said(source, html, markup.plain(html), list(others.values())[:MOST_CALLED])


def spared(actor: "Person", people: dict[str, Called]) -> dict[str, Called]:
    """Return those called between whom and the author no block stands; they are not called."""
    away = blocked_among(actor.pk, {one.person_id for one in people.values()})
    return {word: one for word, one in people.items() if one.person_id not in away}


def append(
    actor: "Person",
    thread: Thread,
    said: Said,
    sight: Sight,
    *,
    reply_to: int = 0,
    move: str = "",
    client_id: str = "",
) -> Post:
    """Put a post at the end of a thread: counters, unread marks, mentions and the event."""
    # One statement takes the row and says what became of it.
    (locked,) = Thread.objects.raw(
        "UPDATE conversation_thread SET posts = posts + 1, replies = replies + 1, active_at = %s,"
        " last_author_id = %s, last_excerpt = %s WHERE id = %s RETURNING *",
        [connection.ops.adapt_datetimefield_value(now()), actor.pk, said.excerpt, thread.pk],
    )
    if not move and not kind_of(locked.kind).state(locked.state).replies:
        raise ThreadClosed
    post = Post.objects.create(
        community_id=thread.community_id,
        thread=locked,
        place=locked.posts,
        author=actor,
        source=said.source,
        html=said.html,
        reply_to=reply_to if 0 < reply_to < locked.posts else 0,
        move=move,
        client_id=client_id,
        written_at=now(),
    )
    locked.space = thread.space
    follows = thread.space.private or not type_of(thread.space.type).room
    marks.wrote(actor.pk, locked, post.place, sight.joined_at, follows=follows)
    written = events.ReplyWritten(
        community_id=thread.space.log_id,
        actor_id=actor.pk,
        person_id=thread.author_id,
        thread_id=thread.pk,
        post_id=post.pk,
        space_id=thread.space_id,
        number=thread.number,
        place=post.place,
    )
    publish_all([*_called(actor, locked, post, said.people), written])
    return post


def call(actor: "Person", thread: Thread, post: Post, said: Said, *, edited: bool = False) -> None:
    """Note who is called by name and tell them; an edit tells only those not called before."""
    people = said.people
    if edited and people:
        known = set(Mention.objects.filter(post=post).values_list("person_id", flat=True))
        people = [one for one in people if one.person_id not in known]
    if told := _called(actor, thread, post, people):
        publish_all(told)


def _called(
    actor: "Person", thread: Thread, post: Post, people: list[Called]
) -> list[events.PersonMentioned]:
    """Note who is called by name; return what is to be told of it."""
    if not people:
        return []
    Mention.objects.bulk_create(Mention(post=post, person_id=one.person_id) for one in people)
    marks.called([(one.person_id, one.joined_at) for one in people], thread, post.place)
    return [
        events.PersonMentioned(
            community_id=thread.space.log_id,
            actor_id=actor.pk,
            person_id=one.person_id,
            thread_id=thread.pk,
            post_id=post.pk,
            number=thread.number,
        )
        for one in people
    ]


def first_sent(actor: "Person", client_id: str) -> Post | None:
    """Return the message that was sent under this id before."""
    if not client_id:
        return None
    sent = Post.objects.filter(author=actor, client_id=client_id)
    return sent.select_related("thread__space__community").first()


def checked_id(client_id: str) -> str:
    """Return the id that a client gave a message; InvalidPost."""
    if len(client_id) > CLIENT_ID_LENGTH or "\0" in client_id:
        raise InvalidPost(fields={"client_id": [_("At most 40 characters.")]})
    return client_id
