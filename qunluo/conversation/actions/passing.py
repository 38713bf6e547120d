"""What is said here goes out through channels, and what they bring is put where it belongs."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from qunluo.community.events import MemberJoined
from qunluo.community.queries import find_community, find_membership, require
from qunluo.conversation import events
from qunluo.conversation.actions.app_posts import write_as_app
from qunluo.conversation.actions.checking import letting_through
from qunluo.conversation.actions.writing import reply, write_post
from qunluo.conversation.errors import SpaceNotFound, ThreadNotFound
from qunluo.conversation.models import Post, Thread
from qunluo.conversation.queries.channels import (
    MANAGE_CHANNELS,
    QUESTION,
    THREADS_AN_HOUR,
    is_full,
    kind_in,
    may_leave,
    readers_of_channel,
)
from qunluo.conversation.queries.spaces import find_space
from qunluo.conversation.queries.threads import find_thread
from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.kernel.ids import ALPHABET
from qunluo.kernel.tx import write_tx
from qunluo.reach import actions as reach_actions
from qunluo.reach import queries as reach
from qunluo.reach.actions import Happened, Message

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person
    from qunluo.reach.models import Channel, ChannelArrival

Passed = (
    events.ThreadOpened
    | events.ReplyWritten
    | events.AnswerAccepted
    | events.ThreadMoved
    | events.ThreadHandled
    | events.PostWithdrawn
    | events.PostRemoved
    | MemberJoined
)
WHAT: dict[type[object], str] = {
    events.ThreadOpened: "opened",
    events.ReplyWritten: "replied",
    events.AnswerAccepted: "answered",
    events.ThreadMoved: "moved",
    events.ThreadHandled: "moved",
    events.PostWithdrawn: "removed",
    events.PostRemoved: "removed",
    MemberJoined: "joined",
}
CODE = re.compile(rf"[{ALPHABET}]{{8}}")
TITLE = 60


def pass_on(event: Passed) -> None:
    """Put what happened on its way through the channels of the community that carry such things."""
    what = WHAT[type(event)]
    channels = reach.carrying(event.community_id, what) if event.community_id else []
    if not channels:
        return
    if isinstance(event, MemberJoined):
        _pass_joining(event, channels)
        return
    thread = find_thread(event.thread_id)
    post = Post.objects.filter(pk=getattr(event, "post_id", 0)).first()
    if thread is None or (isinstance(event, events.ReplyWritten) and post and post.move):
        return  # the step that a reply was written for is told by itself
    happened = Happened(
        event_id=event.id or 0,
        what=what,
        at=event.at or now(),
        thread_id=thread.pk,
        post_id=post.pk if post else 0,
        number=thread.number,
    )
    for channel in channels:
        if may_leave(channel, thread.space) and not _came_from_a_program(channel, post):
            to = _whom(channel, thread, event.actor_id)
            reach_actions.plan_sendings(channel, happened, to, after=thread.embargo_until)


def take_in(arrival_id: int) -> None:
    """Put something that came in where it belongs, once; what cannot stand there is noted why.

    What programs send beyond their share of an hour waits.
    """
    arrival = reach.find_arrival(arrival_id)
    if arrival is None or (arrival.person is None and is_full(arrival.channel)):
        return
    try:
        put(arrival)
    except DomainError as error:
        if arrival.channel.kind == "mail" and arrival.person:
            reach_actions.answer_letter(arrival.person, error, arrival.community_id)
        reach_actions.refuse_arrival(arrival, error.say(lambda text: text)[0])


def take_in_waiting() -> None:
    """Put what programs sent before and what had to wait where it belongs, the oldest first."""
    for ids in reach.waiting_arrivals(THREADS_AN_HOUR).values():
        for pk in ids:
            take_in(pk)


@write_tx
def let_in(*, actor: "Person", community: "Community", arrival: "ChannelArrival") -> Thread:
    """Let something appear that a program sent and that was refused: the actor has read it.

    PermissionMissing, SpaceNotFound, and what writing refuses.
    """
    require(actor, community, MANAGE_CHANNELS)
    with letting_through():
        thread = put(arrival)
    reach_actions.note_let_in(actor=actor, arrival=arrival)
    return thread


def put(arrival: "ChannelArrival") -> Thread:
    """Say what came in: a reply of a person, a question of theirs, or a post of an app.

    ThreadNotFound, SpaceNotFound, and what writing refuses.
    """
    if arrival.channel.kind == "mail":
        post = _reply(arrival)
        thread, post_id = post.thread, post.pk
    else:
        thread = _open(arrival)
        post_id = Post.objects.values_list("pk", flat=True).get(thread=thread, place=1)
    reach_actions.settle_arrival(arrival, thread_id=thread.pk, post_id=post_id)
    return thread


def hear_account(channel: "Channel", address: str, message_id: str, text: str) -> str:
    """Take a message that somebody sent to an official account; return what to say to them."""
    community = find_community(channel.community_id)
    if community is None:
        return ""
    said = text.strip()
    is_code = CODE.fullmatch(said.upper()) is not None
    person = reach_actions.bind(channel, said, address) if is_code else None
    person = person or reach.person_at(channel, address)
    with translation.override(person.language if person else community.language):
        if person is None:
            path = f"{settings.SITE_URL}/c/{community.slug}/channels/"
            words = gettext("We do not know you here yet. Open %(link)s and send us the code.")
            return words % {"link": path}
        if is_code:  # also when it comes again: a code is never a question
            words = gettext(
                "You are %(name)s at %(community)s now. Send a question here, and the members"
                " will read it; send “stop” to hear no more."
            )
            return words % {"name": person.name, "community": community.name}
        if said.lower() in {"stop", "退订", "解绑"}:
            reach_actions.unbind(person=person, channel=channel)
            return gettext("You hear no more from us here.")
        return _ask(channel, person, message_id, said)


def _ask(channel: "Channel", person: "Person", message_id: str, text: str) -> str:
    """Put a question of a member into the space of the channel; return what to say to them."""
    if not text or not channel.setup.get("space"):
        return gettext("We cannot take messages here. Please write on the page.")
    arrival, new = reach_actions.arrive(channel, Message(message_id, text), person=person)
    if not new:
        return ""
    try:
        thread = put(arrival)
    except DomainError as error:
        message, next_step = error.say(gettext)
        reach_actions.refuse_arrival(arrival, error.say(lambda one: one)[0])
        return f"{message} {next_step}".strip()
    link = f"{settings.SITE_URL}/w/{channel.code}/{thread.number}/"
    return gettext("Asked. The answers stand here: %(link)s") % {"link": link}


def _reply(arrival: "ChannelArrival") -> Post:
    thread = find_thread(arrival.thread_id)
    if thread is None or arrival.person is None or thread.community_id != arrival.community_id:
        raise ThreadNotFound
    return reply(
        actor=arrival.person,
        thread=thread,
        source=arrival.text,
        client_id=f"mail:{arrival.digest[:32]}",
    )


def _open(arrival: "ChannelArrival") -> Thread:
    channel = arrival.channel
    space = find_space(int(channel.setup.get("space") or 0))
    if space is None or space.community_id != arrival.community_id or not kind_in(space):
        raise SpaceNotFound
    client_id = f"ch:{arrival.digest[:32]}"
    if arrival.person is None:
        return write_as_app(channel.author, space, arrival.title, _with_source(arrival), client_id)
    return write_post(
        actor=arrival.person,
        space=space,
        kind=kind_in(space, QUESTION),
        title=_first_words(arrival.text),
        source=arrival.text,
        client_id=client_id,
    )


def _with_source(arrival: "ChannelArrival") -> str:
    """Return the text with where it came from."""
    said = arrival.text
    if arrival.link:
        source = (arrival.source or arrival.link).replace("[", "(").replace("]", ")")
        said = f"{said}\n\n[{source}](<{arrival.link.replace('>', '%3E').replace('<', '%3C')}>)"
    return said.strip()


def _first_words(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1]}…"


def _pass_joining(event: MemberJoined, channels: "Iterable[Channel]") -> None:
    found = find_membership(event.membership_id)
    if found is None:
        return
    happened = Happened(event.id or 0, "joined", event.at or now(), number=found.number or 0)
    for channel in channels:
        reach_actions.plan_sendings(channel, happened)


def _whom(channel: "Channel", thread: Thread, actor_id: int | None) -> Iterable[int]:
    if not reach.kinds_of_channel()[channel.kind].person:
        return (0,)
    return readers_of_channel(channel, thread, actor_id)


def _came_from_a_program(channel: "Channel", post: Post | None) -> bool:
    """Return whether a post came by a webhook: it does not go back by one, round and round."""
    if post is None or channel.kind != "webhook":
        return False
    inboxes = [one for one in reach.channels_of(channel.community_id) if one.kind == "inbox"]
    return post.author_id in {one.author_id for one in inboxes}
