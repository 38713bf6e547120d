"""Reading on, marking unread, following and muting: a person's own marks, never an event."""

from typing import TYPE_CHECKING

from qunluo.community.queries import get_membership
from qunluo.conversation.actions import marks
from qunluo.conversation.errors import SpaceNotFound, ThreadNotFound, UnknownFollowing
from qunluo.conversation.models import Reading, SpaceFollowing, Thread
from qunluo.conversation.queries.sight import Sight, sight_of
from qunluo.conversation.queries.spaces import find_space, unread_threads
from qunluo.conversation.queries.threads import find_thread
from qunluo.conversation.rules.reading import FOLLOWING, SPACE, THREAD
from qunluo.kernel.tx import write_tx
from qunluo.kernel.whisper import whisper
from qunluo.reach.actions import read_about

if TYPE_CHECKING:
    from qunluo.conversation.models import Space
    from qunluo.people.models import Person


@write_tx
def mark_read(*, actor: "Person", thread: Thread, place: int | None = None) -> Reading:
    """Note that somebody has read up to a place (all of it without one); it never goes back.

    Also for suspended members, who may look in. ThreadNotFound, MembershipNotFound.
    """
    sight = _reader(actor, thread)
    reading = marks.hold(actor.pk, thread, sight.joined_at)
    last = Thread.objects.only("posts").get(pk=thread.pk).posts
    upto = last if place is None else max(0, min(place, last))
    read_about(actor.pk, THREAD, thread.pk, upto)
    return marks.move_to(reading, upto) if upto > reading.read else reading


@write_tx
def mark_unread(*, actor: "Person", thread: Thread, place: int = 1) -> Reading:
    """Make everything from a place on unread again. ThreadNotFound, MembershipNotFound."""
    sight = _reader(actor, thread)
    reading = marks.hold(actor.pk, thread, sight.joined_at)
    last = Thread.objects.only("posts").get(pk=thread.pk).posts
    return marks.move_to(reading, max(0, min(place - 1, last)))


@write_tx
def mark_space_read(*, actor: "Person", space: "Space") -> int:
    """Mark everything in a space as read; return how many threads had something new."""
    sight = sight_of(actor, space.community, space)
    if not sight.sees(space):
        raise ThreadNotFound
    get_membership(actor, space.community)
    new = unread_threads(sight, space)
    for thread in new:
        held = marks.hold(actor.pk, thread, sight.joined_at)
        marks.move_to(held, Thread.objects.only("posts").get(pk=thread.pk).posts)
        read_about(actor.pk, THREAD, thread.pk)
    read_about(actor.pk, SPACE, space.pk)
    return len(new)


@write_tx
def follow(*, actor: "Person", thread: Thread, following: str = "followed") -> Reading:
    """Follow a thread, take it as it comes ("normal"), or mute it ("muted").

    UnknownFollowing, ThreadNotFound, MembershipNotFound.
    """
    if following not in FOLLOWING:
        raise UnknownFollowing
    sight = _reader(actor, thread)
    reading = marks.hold(actor.pk, thread, sight.joined_at)
    reading.following = following
    reading.save(update_fields=["following"])
    whisper("read", person=actor.pk, thread=thread.pk)
    if following == "muted":
        read_about(actor.pk, THREAD, thread.pk)
    return reading


def mute(*, actor: "Person", thread: Thread) -> Reading:
    """Hear no more of a thread: it counts nothing and leaves the stream."""
    return follow(actor=actor, thread=thread, following="muted")


@write_tx
def follow_space(*, actor: "Person", space: "Space", following: str = "followed") -> str:
    """Hear of every new thread of a space, take it as it comes ("normal"), or mute it ("muted").

    UnknownFollowing, SpaceNotFound, MembershipNotFound.
    """
    if following not in FOLLOWING:
        raise UnknownFollowing
    if not sight_of(actor, space.community, space).sees(space):
        raise SpaceNotFound
    get_membership(actor, space.community)
    mine = SpaceFollowing.objects.filter(person=actor, space=space)
    if following == "normal":
        mine.delete()
    else:
        SpaceFollowing.objects.update_or_create(
            person=actor, space=space, defaults={"following": following}
        )
    whisper("anew", person=actor.pk)
    if following == "muted":
        read_about(actor.pk, SPACE, space.pk)
    return following


def mute_thread_by_id(person: "Person", thread_id: int) -> None:
    """Mute a thread from a notice about it; ThreadNotFound."""
    thread = find_thread(thread_id)
    if thread is None:
        raise ThreadNotFound
    mute(actor=person, thread=thread)


def mute_space_by_id(person: "Person", space_id: int) -> None:
    """Mute a space from a notice about it; SpaceNotFound."""
    space = find_space(space_id)
    if space is None:
        raise SpaceNotFound
    follow_space(actor=person, space=space, following="muted")


def _reader(actor: "Person", thread: Thread) -> Sight:
    sight = sight_of(actor, thread.space.community, thread.space)
    if not sight.sees(thread.space):
        raise ThreadNotFound
    get_membership(actor, thread.space.community)
    return sight
