"""Reading on, marking unread, following and muting: a person's own marks, never an event."""

from typing import TYPE_CHECKING

from qunluo.community.queries import get_membership
from qunluo.conversation.actions import marks
from qunluo.conversation.errors import ThreadNotFound, UnknownFollowing
from qunluo.conversation.models import Reading, Thread
from qunluo.conversation.queries.sight import Sight, sight_of
from qunluo.conversation.queries.spaces import unread_threads
from qunluo.conversation.rules.reading import FOLLOWING
from qunluo.kernel.tx import write_tx

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
    return reading


def mute(*, actor: "Person", thread: Thread) -> Reading:
    """Hear no more of a thread: it counts nothing and leaves the stream."""
    return follow(actor=actor, thread=thread, following="muted")


def _reader(actor: "Person", thread: Thread) -> Sight:
    sight = sight_of(actor, thread.space.community, thread.space)
    if not sight.sees(thread.space):
        raise ThreadNotFound
    get_membership(actor, thread.space.community)
    return sight
