"""Bringing a thread into another space; nobody comes to read what was not meant for them."""

from typing import TYPE_CHECKING, Any

from qunluo.community.queries import require
from qunluo.conversation import events
from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.actions.removing import stand_apart
from qunluo.conversation.errors import KindNotHere, MoreWouldRead, StaysWhereItIs, ThreadNotFound
from qunluo.conversation.models import Attachment, Draft, Space, Thread
from qunluo.conversation.queries.sight import Sight
from qunluo.conversation.rules.spaces import type_of
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

MODERATE = "posts.moderate"


@write_tx
def relocate_thread(
    *, actor: "Person", thread: Thread, space: Space, confirm: bool = False
) -> Thread:
    """Bring a thread into another space of the community; its number and what is unread stay.

    By its author into a space where they may open such a thread, or by who keeps talk in order;
    only the latter, and only with `confirm`, to where others would read it who cannot now.
    MoreWouldRead, KindNotHere, StaysWhereItIs, PermissionMissing, SpaceNotFound, SpacePutAway,
    Suspended, MembersOnly.
    """
    source = thread.space
    sight = writer_in(actor, source)
    own = thread.author_id == actor.pk
    if not own:
        stand_apart(actor, thread)
    may_go(actor, sight, source, space, kind=thread.kind, own=own)
    widening(actor, source, space, confirm=confirm)
    taken = Thread.objects.filter(pk=thread.pk, space=source).update(space=space)
    if not taken or space.pk == source.pk:
        raise StaysWhereItIs
    Draft.objects.filter(thread=thread).update(space=space)
    Attachment.objects.filter(thread=thread).update(space=space)
    about: dict[str, Any] = {
        "community_id": thread.community_id,
        "actor_id": actor.pk,
        "person_id": thread.author_id,
        "thread_id": thread.pk,
        "number": thread.number,
        "space_id": space.pk,
        "left_space_id": source.pk,
    }
    publish(events.ThreadTakenAlong(**about) if own else events.ThreadRelocated(**about))
    return Thread.objects.select_related("space__community", "community").get(pk=thread.pk)


def may_go(
    actor: "Person", sight: Sight, source: Space, target: Space, *, kind: str, own: bool
) -> None:
    """Raise what keeps a thread of a kind from standing in a space, or somebody from bringing it.

    KindNotHere, StaysWhereItIs, PermissionMissing, and what keeps them from writing there.
    """
    if target.community_id != source.community_id:
        raise ThreadNotFound
    there = writer_in(actor, target)
    # What chosen people said among themselves stays with them; a room has one endless thread.
    if source.private or target.private or type_of(target.type).room:
        raise StaysWhereItIs
    if not own:
        require(actor, source.community, MODERATE)
    keeps_order = MODERATE in sight.permissions
    offers = type_of(target.type).kinds if keeps_order else there.opens(target)
    if kind not in {one.name for one in offers}:
        raise KindNotHere(kinds=[one.label for one in offers] or "-")


def widening(actor: "Person", source: Space, target: Space, *, confirm: bool) -> None:
    """Raise MoreWouldRead when others would read it and nobody entitled said so."""
    if not reads_more(source, target):
        return
    require(actor, source.community, MODERATE)
    if not confirm:
        raise MoreWouldRead(space=target.name)


def reads_more(source: Space, target: Space) -> bool:
    """Return whether somebody reads the target who does not read the source."""
    ranks = Space.Visibility
    if source.visibility == ranks.PUBLIC:
        return False
    if source.visibility == ranks.MEMBERS:
        return target.visibility == ranks.PUBLIC
    same = (source.visibility, source.grant_kind, source.grant_name)
    return (target.visibility, target.grant_kind, target.grant_name) != same
