"""Writing: opening threads and replying. A message sent twice is one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from qunluo.community.queries import Called, members_called, require
from qunluo.conversation import events
from qunluo.conversation.actions import marks
from qunluo.conversation.actions.beside import taken_along
from qunluo.conversation.actions.checking import check_advert, look_over, or_held
from qunluo.conversation.actions.messages import (
    Said,
    append,
    call,
    checked_id,
    first_sent,
    made_ready,
    writer_in,
)
from qunluo.conversation.actions.rooms import next_number
from qunluo.conversation.errors import InvalidPost, KindNotHere
from qunluo.conversation.models import Draft, Post, Space, Thread
from qunluo.conversation.ports import proofs
from qunluo.conversation.queries.sight import EARLY_MEMBERS, Sight
from qunluo.conversation.rules import writing as rules
from qunluo.conversation.rules.kinds import Kind, kinds
from qunluo.conversation.rules.polls import kept
from qunluo.conversation.rules.spaces import type_of
from qunluo.governance.errors import NewcomerLimit
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

Wanted = tuple[Sequence[str], Mapping[str, Any] | None]  # uids of files, and a poll
THREADS_AN_HOUR, POSTS_IN_TEN_MINUTES, MESSAGES_IN_TEN_MINUTES = 20, 60, 300


def write_post(
    *,
    actor: "Person",
    space: Space,
    kind: str = "talk",
    title: str = "",
    source: str,
    fields: Mapping[str, Any] | None = None,
    client_id: str = "",
    attached: Sequence[str] = (),
    poll: Mapping[str, Any] | None = None,
    advert: bool = False,
    planned: Mapping[str, str] | None = None,
) -> Thread:
    """Open a thread; the same client_id (at most 40 characters) again returns the first one.

    `attached` are uids of files that wait for it; a `poll` has options, multiple, results, until.
    An `advert` takes one of the slots that the space has for them; a word of a list holds a post
    for a look. `planned` comes from the calendar: plan (its id), and until, kind and name of who
    reads it before the others. HeldForReview, NewcomerLimit, AdvertSlotsFull, AdvertTooOften,
    NoAdvertsHere, InvalidPost, KindNotHere, TooManyFiles, SpacePutAway, Suspended, MembersOnly,
    PermissionMissing, TooMany.
    """
    limit("thread", actor.pk, times=THREADS_AN_HOUR, seconds=3600)
    beside = (tuple(attached), poll)
    return or_held(
        lambda: _open(
            actor, space, kind, title, source, fields or {}, checked_id(client_id), beside, advert,
            planned or {},
        ),
        actor=actor,
        space=space,
        given={
            "kind": kind, "title": title, "source": source, "fields": dict(fields or {}),
            "attached": list(attached), "poll": kept(poll), "advert": advert,
            "planned": dict(planned) if planned else None,
        },
        client_id=client_id,
    )  # fmt: skip


def reply(
    *,
    actor: "Person",
    thread: Thread,
    source: str,
    reply_to: int = 0,
    client_id: str = "",
    attached: Sequence[str] = (),
    poll: Mapping[str, Any] | None = None,
) -> Post:
    """Reply in a thread, to one of its posts (a place) if one likes; it is followed from then on.

    The same client_id again returns the first one; `attached` and `poll` as in write_post.
    HeldForReview, NewcomerLimit, InvalidPost, TooManyFiles, ThreadClosed, SpacePutAway, Suspended,
    MembersOnly, TooMany.
    """
    if type_of(thread.space.type).room:
        limit("message", actor.pk, times=MESSAGES_IN_TEN_MINUTES, seconds=600)
    else:
        limit("post", actor.pk, times=POSTS_IN_TEN_MINUTES, seconds=600)
    beside = (tuple(attached), poll)
    return or_held(
        lambda: _reply(actor, thread, source, reply_to, checked_id(client_id), beside),
        actor=actor,
        space=thread.space,
        thread=thread,
        given={
            "source": source, "reply_to": reply_to, "attached": list(attached),
            "poll": kept(poll),
        },
        client_id=client_id,
    )  # fmt: skip


@write_tx
def _open(
    actor: "Person",
    space: Space,
    kind_name: str,
    title: str,
    source: str,
    given: Mapping[str, Any],
    client_id: str,
    beside: Wanted,
    advert: bool,  # noqa: FBT001 - private
    planned: Mapping[str, str],
) -> Thread:
    sight = writer_in(actor, space)
    if first := first_sent(actor, client_id):
        return first.thread
    kind = _offered(actor, sight, space, kind_name)
    along = taken_along(actor, *beside)
    said = rules.check_thread(kind, title, source, given, now().date(), wordless=bool(along.files))
    honoured = _honoured(actor, space, said)
    if said.faults:
        raise InvalidPost(fields=said.faults)
    look_over(
        actor,
        sight,
        space,
        [said.title, said.source, *said.fields.values(), *along.words],
        files=len(along.files),
    )
    ready = along.shown(made_ready(actor, space, said.source))
    try:
        with write_tx():
            thread, post = inserted(
                actor, space, kind, said, ready, client_id,
                honoured=honoured, advert=advert, planned=planned,
            )  # fmt: skip
            along.put(thread, post)
            proofs.prove(kind.slots, thread)
    except IntegrityError:
        if first := first_sent(actor, client_id):
            return first.thread
        raise
    marks.opened(actor.pk, thread)
    call(actor, thread, post, ready)
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
def _reply(
    actor: "Person", thread: Thread, source: str, reply_to: int, client_id: str, beside: Wanted
) -> Post:
    sight = writer_in(actor, thread.space)
    # What comes with files is asked about first; of words alone the unique index decides.
    if any(beside) and (first := first_sent(actor, client_id)):
        return first
    source, along = rules.tidy(source), taken_along(actor, *beside)
    if faults := rules.check_text(source, wordless=bool(along.files)):
        raise InvalidPost(fields=faults)
    try:
        words = [source, *along.words]
        look_over(actor, sight, thread.space, words, files=len(along.files))
    except NewcomerLimit:
        # What counts against them may be this very message, sent again.
        if first := first_sent(actor, client_id):
            return first
        raise
    said = along.shown(made_ready(actor, thread.space, source))
    try:
        with write_tx():
            post = append(actor, thread, said, sight, reply_to=reply_to, client_id=client_id)
            along.put(thread, post)
    except IntegrityError:
        if first := first_sent(actor, client_id):
            return first
        raise
    Draft.objects.filter(person=actor, thread=thread).delete()
    return post


def inserted(
    actor: "Person",
    space: Space,
    kind: Kind,
    said: rules.Written,
    ready: Said,
    client_id: str,
    *,
    honoured: Called | None = None,
    advert: bool = False,
    planned: Mapping[str, str] | None = None,
) -> tuple[Thread, Post]:
    """Put a thread with its first post into the database. AdvertSlotsFull, AdvertTooOften."""
    moment, planned = now(), planned or {}
    until = datetime.fromisoformat(planned["until"]) if planned.get("until") else None
    number = next_number(space.community)  # from here on nobody else opens a thread
    if advert:
        check_advert(actor, space)
    due = said.due_on
    if due is None and kind.due_days:
        due = moment.date() + timedelta(days=kind.due_days)
    thread = Thread.objects.create(
        community=space.community,
        space=space,
        number=number,
        advert=advert,
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
        plan=planned.get("plan", ""),
        embargo_until=until,
        early_kind=planned.get("kind", "") if until else "",
        early_name=planned.get("name", "") if until else "",
        # Where members read first, every member hears of it at once.
        announce_at=until if _later(until) and planned.get("kind") != EARLY_MEMBERS else None,
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


def _later(until: datetime | None) -> bool:
    return until is not None and until > now()


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
