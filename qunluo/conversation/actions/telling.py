"""Telling people what was said: who hears of it is decided now, not when it was said."""

from collections.abc import Iterable, Mapping
from typing import Any

from qunluo.conversation import events
from qunluo.conversation.models import Post, Reading, Thread
from qunluo.conversation.queries import hearing
from qunluo.conversation.queries.services import asked_in, find_request
from qunluo.conversation.queries.spaces import find_space
from qunluo.conversation.queries.threads import find_thread
from qunluo.conversation.rules import services
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.reading import SPACE, THREAD
from qunluo.kernel.text import dated
from qunluo.ledger.queries import points_name
from qunluo.people.errors import PersonNotFound
from qunluo.people.queries import get_person, person_card
from qunluo.reach.actions import News, forget_for, forget_hidden, notify
from qunluo.reach.queries import heard_of, told_about

Said = events.ReplyWritten | events.PersonMentioned | events.ThreadOpened | events.ThreadOpenedToAll
OfService = events.ServiceRequested | events.ServiceMoved | events.ServiceDecided
Done = events.ThreadMoved | events.ThreadHandled | events.AnswerAccepted


def tell_of_words(event: Said) -> int:
    """Tell of a reply, a call by name or a new thread; return how many heard of it."""
    thread, post = find_thread(event.thread_id), _standing(event.post_id)
    if thread is None or post is None or event.actor_id is None:
        return 0
    if isinstance(event, events.PersonMentioned):
        called = event.person_id or 0
        if post.move in services.steps() and _is_side(thread, called):
            return 0  # they hear of the step itself, which says more
        return _tell(thread, event, "mentioned", {"mention": {called}}, post)
    if isinstance(event, events.ThreadOpened):
        return _tell_of_opening(thread, event, post)
    if isinstance(event, events.ThreadOpenedToAll):
        return _tell_the_others(thread, event, post)
    if post.move:
        return 0  # the step that it was written for is told by itself
    if thread.space.private:
        people = set(thread.space.members.values_list("person_id", flat=True))
        return _tell(thread, event, "wrote_to_you", {"waits": people}, post)
    return _tell(thread, event, "replied", hearing.hearers(thread, post, event.actor_id), post)


def tell_of_steps(event: Done) -> int:
    """Tell the author, the one who looks after it and who follows of a step of a thread."""
    thread = find_thread(event.thread_id)
    if thread is None or event.actor_id is None:
        return 0
    if isinstance(event, events.AnswerAccepted):
        return _tell(thread, event, "accepted", {"yours": {event.person_id or 0}}, None)
    told = _told(thread, event.move, event.actor_id)
    people = hearing.followers_among(thread)
    author, waits = {thread.author_id}, {thread.assignee_id or 0} - {thread.author_id}
    return sum(
        _tell(thread, event, "moved", {reason: who}, None, words={"told": told}, mailed=mailed)
        for reason, who, mailed in (
            ("yours", author, bool(kind_of(thread.kind).letters)),
            ("waits", waits, False),
            ("follow", people - author - waits, False),
        )
    )


def tell_of_service(event: OfService) -> int:
    """Tell both sides of a request for a service, except who acted, that it has gone on."""
    thread, row = find_thread(event.thread_id), find_request(event.request_id)
    if thread is None or row is None:
        return 0
    step = services.REQUEST if isinstance(event, events.ServiceRequested) else event.step
    after = services.states()[services.steps()[step].to].waits_for
    waits = {"provider": row.provider_id, "asker": row.asker_id}.get(after, 0)
    actor = person_card([event.actor_id])[event.actor_id].name if event.actor_id else ""
    called = points_name(thread.community_id)
    words = {"told": services.told(step, row.price, actor=actor, called=called)}
    sides = {row.asker_id, row.provider_id}
    people = {"waits": sides & {waits}, "yours": sides - {waits}}
    key = f"service:{row.pk}:{step}"
    return _tell(thread, event, "service", people, None, words=words, key=key)


def _is_side(thread: Thread, person_id: int) -> bool:
    """Return whether somebody offers the service of a thread, or has asked for it."""
    offers = kind_of(thread.kind).requests
    return offers and (thread.author_id == person_id or asked_in(thread.pk, person_id))


def tell_of_reaction(event: events.Reacted) -> int:
    """Tell the author of a post, quietly, that somebody reacted to it."""
    thread, post = find_thread(event.thread_id), _standing(event.post_id)
    if thread is None or post is None:
        return 0
    cause = f"{event.post_id}:{event.actor_id}"
    return _tell(thread, event, "reacted", {"reaction": {post.author_id}}, None, cause=cause)


def take_back_from(person_id: int, community_id: int | None) -> int:
    """Drop the notices of a person about what they may no longer see in a community."""
    try:
        person = get_person(pk=person_id)
    except PersonNotFound:
        return 0
    return forget_hidden(person=person, community_id=community_id)


def take_back_in(space_id: int) -> None:
    """Drop the notices about a space and its threads of who may no longer read there."""
    space = find_space(space_id)
    if space is None:
        return
    threads = list(Thread.objects.filter(space=space).values_list("pk", flat=True))
    for subject, ids in ((SPACE, [space.pk]), (THREAD, threads)):
        people = told_about(subject, ids)
        forget_for(people - hearing.readers_among(space, people), subject, ids)


def _tell_of_opening(thread: Thread, event: events.ThreadOpened, post: Post) -> int:
    """Tell whom it honours, and who follows the space; those who follow hear of all in one."""
    honoured = {event.person_id or 0} - {event.actor_id or 0}
    told = _tell(thread, event, "honoured", {"yours": honoured}, post) if honoured else 0
    followers = hearing.followers_of(thread.space) - honoured - hearing.called_in(post)
    return told + _tell_followers(thread, event, followers)


def _tell_the_others(thread: Thread, event: events.ThreadOpenedToAll, post: Post) -> int:
    """Tell what one would have heard when it was opened to whoever has neither heard nor read.

    What was told decides, not who may read early by now: that changed meanwhile.
    """
    honoured = {event.person_id or 0} - {event.actor_id or 0}
    called = hearing.called_in(post) - honoured
    followers = hearing.followers_of(thread.space) - honoured - called
    told_of = [(followers, _key_of_opening(thread), _cause_of_opening(thread))]
    told_of += [
        (people, f"thread:{thread.pk}:{what}", f"p{post.pk}")
        for what, people in (("honoured", honoured), ("mentioned", called))
    ]
    before = _have_read(thread, honoured | called | followers)
    before = before.union(*(heard_of(*one) for one in told_of))
    told = sum(
        _tell(thread, event, what, {reason: people - before}, post)
        for what, reason, people in (
            ("honoured", "yours", honoured),
            ("mentioned", "mention", called),
        )
    )
    return told + _tell_followers(thread, event, followers - before)


def _have_read(thread: Thread, people: set[int]) -> set[int]:
    rows = Reading.objects.filter(thread=thread, person_id__in=people, read__gte=1)
    return set(rows.values_list("person_id", flat=True))


def _key_of_opening(thread: Thread) -> str:
    return f"space:{thread.space_id}:opened"


def _cause_of_opening(thread: Thread) -> str:
    return f"t{thread.pk}"


def _tell_followers(
    thread: Thread, event: events.ThreadOpened | events.ThreadOpenedToAll, followers: set[int]
) -> int:
    people = hearing.listening(thread, followers, event.actor_id)
    about: dict[str, Any] = {"subject": SPACE, "subject_id": thread.space_id}
    return notify(
        people,
        News(
            what="opened",
            reason="space",
            key=_key_of_opening(thread),
            cause=_cause_of_opening(thread),
            community_id=thread.community_id,
            actor_id=event.actor_id,
            scopes=_scopes(thread)[:2],
            at=event.at,
            **about,
        ),
    )


def _tell(
    thread: Thread,
    event: Said | Done | OfService | events.Reacted,
    what: str,
    people: Mapping[str, set[int]],
    post: Post | None,
    *,
    words: dict[str, Any] | None = None,
    mailed: bool = False,
    cause: str = "",
    key: str = "",
) -> int:
    """Tell people, by reason, of something in a thread."""
    hear = hearing.listening(thread, _all(people.values()), event.actor_id)
    return sum(
        notify(
            hear & who,
            News(
                what=what,
                reason=reason,
                key=key or f"thread:{thread.pk}:{what}",
                cause=cause or (f"p{post.pk}" if post else f"e{event.id}"),
                community_id=thread.community_id,
                actor_id=event.actor_id,
                subject=THREAD,
                subject_id=thread.pk,
                place=post.place if post else 0,
                scopes=_scopes(thread),
                words=words or {},
                mailed=mailed,
                at=event.at,
            ),
        )
        for reason, who in people.items()
    )


def _all(groups: Iterable[set[int]]) -> set[int]:
    return {pk for group in groups for pk in group if pk}


def _scopes(thread: Thread) -> tuple[str, str, str]:
    return (
        f"community:{thread.community_id}",
        f"space:{thread.space_id}",
        f"thread:{thread.pk}",
    )


def _standing(post_id: int) -> Post | None:
    """Return a post that still stands."""
    return Post.objects.filter(pk=post_id, removed_at=None).first()


def _told(thread: Thread, move: str, actor_id: int) -> dict[str, str]:
    """Return what is told about a step, in both languages."""
    actor = person_card([actor_id])[actor_id].name
    step = next((one for one in kind_of(thread.kind).moves if one.name == move), None)
    told = step.told if step else {"en": "", "zh": ""}
    return {
        code: text.format(
            actor=actor, number=thread.number,
            due=dated(thread.due_on, code) if thread.due_on else "–",
        )
        for code, text in told.items()
    }  # fmt: skip
