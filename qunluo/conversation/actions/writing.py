"""Writing: opening threads, replying, editing. A message sent twice is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F

from qunluo.community.queries import (
    Called,
    holders_among,
    members_called,
    require,
    require_member,
)
from qunluo.conversation import events
from qunluo.conversation.actions import marks
from qunluo.conversation.errors import (
    InvalidPost,
    KindNotHere,
    NotYourPost,
    PostGone,
    SpaceNotFound,
    SpacePutAway,
    ThreadClosed,
)
from qunluo.conversation.models import (
    Draft,
    Mention,
    Numbering,
    Post,
    Revision,
    Space,
    Thread,
)
from qunluo.conversation.queries.sight import Sight, sight_of
from qunluo.conversation.rules import markup
from qunluo.conversation.rules import writing as rules
from qunluo.conversation.rules.kinds import Kind, kind_of, kinds
from qunluo.conversation.rules.spaces import type_of
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

THREADS_AN_HOUR, POSTS_IN_TEN_MINUTES = 20, 60
MOST_CALLED = 20


@dataclass(frozen=True)
class Said:
    """A text made ready: safe HTML, its first words, and whom it calls."""

    source: str
    html: str
    excerpt: str
    people: list[Called]


def write_post(
    *,
    actor: "Person",
    space: Space,
    kind: str = "talk",
    title: str = "",
    source: str,
    fields: Mapping[str, Any] | None = None,
    client_id: str = "",
) -> Thread:
    """Open a thread; the same client_id (at most 40 characters) again returns the first one.

    InvalidPost, KindNotHere, SpacePutAway, Suspended, MembersOnly, PermissionMissing, TooMany.
    """
    limit("thread", actor.pk, times=THREADS_AN_HOUR, seconds=3600)
    return _open(actor, space, kind, title, source, fields or {}, _checked_id(client_id))


def reply(
    *, actor: "Person", thread: Thread, source: str, reply_to: int = 0, client_id: str = ""
) -> Post:
    """Reply in a thread, to one of its posts (a place) if one likes; it is followed from then on.

    The same client_id again returns the first one. InvalidPost, ThreadClosed, SpacePutAway,
    Suspended, MembersOnly, TooMany.
    """
    limit("post", actor.pk, times=POSTS_IN_TEN_MINUTES, seconds=600)
    return _reply(actor, thread, source, reply_to, _checked_id(client_id))


@write_tx
def edit_post(*, actor: "Person", post: Post, source: str, title: str | None = None) -> Post:
    """Change what one wrote; the version before is kept. `title` counts for openers only.

    NotYourPost, PostGone, InvalidPost.
    """
    thread = post.thread
    writer_in(actor, thread.space)
    if post.author_id != actor.pk:
        raise NotYourPost
    opens = post.place == 1
    kept = thread.title if title is None else " ".join(rules.tidy(title).split())
    source = rules.tidy(source)
    faults = rules.check_text(source)
    if opens and not kept and kind_of(thread.kind).title == "needed":
        faults["title"] = [_("Give it a title, so that others find it.")]
    elif len(kept) > rules.TITLE_LENGTH:
        faults["title"] = [_("At most 120 characters; the rest belongs into the text.")]
    if faults:
        raise InvalidPost(fields=faults)
    if source == post.source and kept == thread.title:
        return post
    locked = Thread.objects.select_for_update().get(pk=thread.pk)
    said = made_ready(actor, thread.space, source)
    changed = Post.objects.filter(pk=post.pk, removed_at=None, versions=post.versions).update(
        source=said.source, html=said.html, edited_at=now(), versions=F("versions") + 1
    )
    if not changed:
        raise PostGone if Post.objects.filter(pk=post.pk, removed_at__isnull=False) else edited()
    Revision.objects.create(
        post=post,
        number=post.versions + 1,
        title=thread.title if opens else "",
        source=post.source,
        written_at=post.edited_at or post.written_at,
    )
    _retell(locked, post, said, kept)
    _call(actor, locked, post, said, edited=True)
    post.refresh_from_db()
    publish(
        events.PostEdited(
            community_id=thread.community_id,
            actor_id=actor.pk,
            person_id=actor.pk,
            thread_id=thread.pk,
            post_id=post.pk,
            number=thread.number,
        )
    )
    return post


def edited() -> InvalidPost:
    """Return the refusal of an edit of a version that is no longer the last one."""
    return InvalidPost(
        fields={"source": [_("You have changed this on another device meanwhile; load it again.")]}
    )


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
    return sight


def made_ready(actor: "Person", space: Space, source: str) -> Said:
    """Return a text with its HTML, and the members it calls who may read it."""
    people: dict[str, Called] = {}
    if "@" in source:
        people = members_called(space.community, markup.called(source))
        if space.visibility == Space.Visibility.GRANT and people:
            ids = {one.person_id for one in people.values()}
            may = holders_among(space.community, ids, space.grant_kind, space.grant_name)
            people = {word: one for word, one in people.items() if one.person_id in may}
    html = markup.render(source, {word: one.handle for word, one in people.items()})
    told = [one for one in people.values() if f"/p/{one.handle}/" in html]
    others = {one.person_id: one for one in told if one.person_id != actor.pk}
    return Said(source, html, markup.plain(html), list(others.values())[:MOST_CALLED])


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
    Thread.objects.filter(pk=thread.pk).update(
        posts=F("posts") + 1,
        replies=F("replies") + 1,
        active_at=now(),
        last_author=actor,
        last_excerpt=said.excerpt,
    )
    # The row is ours since the update, so this is what we made of it.
    locked = Thread.objects.get(pk=thread.pk)
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
    marks.wrote(actor.pk, locked, post.place, sight.joined_at)
    _call(actor, locked, post, said)
    publish(
        events.ReplyWritten(
            community_id=thread.community_id,
            actor_id=actor.pk,
            person_id=thread.author_id,
            thread_id=thread.pk,
            post_id=post.pk,
            space_id=thread.space_id,
            number=thread.number,
            place=post.place,
        )
    )
    return post


@write_tx
def _open(
    actor: "Person",
    space: Space,
    kind_name: str,
    title: str,
    source: str,
    given: Mapping[str, Any],
    client_id: str,
) -> Thread:
    sight = writer_in(actor, space)
    if first := _first(actor, client_id):
        return first.thread
    kind = _offered(actor, sight, space, kind_name)
    said = rules.check_thread(kind, title, source, given, now().date())
    honoured = _honoured(actor, space, said)
    if said.faults:
        raise InvalidPost(fields=said.faults)
    ready = made_ready(actor, space, said.source)
    try:
        with write_tx():
            thread, post = _insert(actor, space, kind, said, ready, honoured, client_id)
    except IntegrityError:
        if first := _first(actor, client_id):
            return first.thread
        raise
    marks.begin(actor.pk, thread, None, following=marks.Following.FOLLOWED)
    marks.move_to(marks.hold(actor.pk, thread, None), 1)
    _call(actor, thread, post, ready)
    Draft.objects.filter(person=actor, space=space, thread=None).delete()
    publish(
        events.ThreadOpened(
            community_id=space.community_id,
            actor_id=actor.pk,
            person_id=honoured.person_id if honoured else actor.pk,
            thread_id=thread.pk,
            post_id=post.pk,
            space_id=space.pk,
            kind=kind.name,
            number=thread.number,
        )
    )
    return thread


@write_tx
def _reply(actor: "Person", thread: Thread, source: str, reply_to: int, client_id: str) -> Post:
    sight = writer_in(actor, thread.space)
    source = rules.tidy(source)
    if faults := rules.check_text(source):
        raise InvalidPost(fields=faults)
    said = made_ready(actor, thread.space, source)
    try:
        with write_tx():
            post = append(actor, thread, said, sight, reply_to=reply_to, client_id=client_id)
    except IntegrityError:
        if first := _first(actor, client_id):
            return first
        raise
    Draft.objects.filter(person=actor, thread=thread).delete()
    return post


def _insert(
    actor: "Person",
    space: Space,
    kind: Kind,
    said: rules.Written,
    ready: Said,
    honoured: Called | None,
    client_id: str,
) -> tuple[Thread, Post]:
    moment = now()
    due = said.due_on
    if due is None and kind.due_days:
        due = moment.date() + timedelta(days=kind.due_days)
    thread = Thread.objects.create(
        community=space.community,
        space=space,
        number=_next_number(space.community),
        kind=kind.name,
        state=kind.start,
        settled=kind.state(kind.start).settled,
        title=said.title,
        excerpt=ready.excerpt,
        fields=said.fields,
        author=actor,
        assignee_id=honoured.person_id if honoured else None,
        due_on=due,
        opened_at=moment,
        active_at=moment,
        last_author=actor,
    )
    post = Post.objects.create(
        community=space.community,
        thread=thread,
        place=1,
        author=actor,
        source=said.source,
        html=ready.html,
        client_id=client_id,
        written_at=moment,
    )
    return thread, post


def _next_number(community: "Community") -> int:
    """Return the next number; the row of the numbering is the queue."""
    mine = Numbering.objects.filter(community=community)
    if not mine.update(last=F("last") + 1):
        last = Thread.objects.filter(community=community).order_by("-number").first()
        start = Numbering(community=community, last=last.number if last else 0)
        Numbering.objects.bulk_create([start], ignore_conflicts=True)
        mine.update(last=F("last") + 1)
    return mine.get().last


def _offered(actor: "Person", sight: Sight, space: Space, name: str) -> Kind:
    """Return the kind if this person may open it here; says who may, or what there is instead."""
    offers = sight.opens(space)
    found = kinds().get(name)
    if found in offers and found is not None:
        return found
    here = type_of(space.type)
    if found in here.kinds and found is not None:
        for needed in filter(None, (here.opens, found.opens)):
            require(actor, space.community, needed)
    raise KindNotHere(kinds=[kind.label for kind in offers] or "-")


def _honoured(actor: "Person", space: Space, said: rules.Written) -> Called | None:
    """Return the member whom a thread is about, by name or handle; nobody praises themself."""
    if not said.person:
        return None
    found = members_called(space.community, [said.person.lstrip("@")]).get(said.person.lstrip("@"))
    if found is None:
        said.faults["person"] = [_("There is no member of this name here.")]
    elif found.person_id == actor.pk:
        said.faults["person"] = [_("Choose somebody other than yourself.")]
    return found


def _call(actor: "Person", thread: Thread, post: Post, said: Said, *, edited: bool = False) -> None:
    """Note who is called by name and tell them; an edit tells only those not called before."""
    people = said.people
    if edited and people:
        known = set(Mention.objects.filter(post=post).values_list("person_id", flat=True))
        people = [one for one in people if one.person_id not in known]
    if not people:
        return
    Mention.objects.bulk_create(Mention(post=post, person_id=one.person_id) for one in people)
    marks.called([(one.person_id, one.joined_at) for one in people], thread, post.place)
    for one in people:
        publish(
            events.PersonMentioned(
                community_id=thread.community_id,
                actor_id=actor.pk,
                person_id=one.person_id,
                thread_id=thread.pk,
                post_id=post.pk,
                number=thread.number,
            )
        )


def _retell(thread: Thread, post: Post, said: Said, title: str) -> None:
    """Let the lists show the new words."""
    columns: dict[str, Any] = {}
    if post.place == 1:
        columns = {"title": title, "excerpt": said.excerpt}
    elif post.place == thread.posts:
        columns = {"last_excerpt": said.excerpt}
    if columns:
        Thread.objects.filter(pk=thread.pk).update(**columns)


def _first(actor: "Person", client_id: str) -> Post | None:
    """Return the message that was sent under this id before."""
    if not client_id:
        return None
    sent = Post.objects.filter(author=actor, client_id=client_id)
    return sent.select_related("thread__space__community").first()


def _checked_id(client_id: str) -> str:
    if len(client_id) > rules.CLIENT_ID_LENGTH or "\0" in client_id:
        raise InvalidPost(fields={"client_id": [_("At most 40 characters.")]})
    return client_id


def today() -> date:
    """Return the day by the clock of the domain."""
    return now().date()
