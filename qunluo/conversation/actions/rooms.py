"""What a chat room rests on: its one endless thread, and the number that every thread gets."""

from typing import TYPE_CHECKING

from django.db.models import F

from qunluo.conversation.actions.lapsing import lapse_askings
from qunluo.conversation.models import Numbering, Space, SpaceMember, Thread
from qunluo.conversation.rules.kinds import kind_of
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

CHAT = "chat"


def begin_chat(space: Space, actor: "Person") -> Thread:
    """Give a room its thread, with nothing said yet; needs a transaction.

    It has no opener, so it stands in no stream and every message counts as a reply.
    """
    moment = now()
    return Thread.objects.create(
        community=space.community,
        space=space,
        number=next_number(space.community),
        kind=CHAT,
        state=kind_of(CHAT).start,
        author=actor,
        last_author=actor,
        posts=0,
        opener_gone=True,
        opened_at=moment,
        active_at=moment,
    )


def next_number(community: "Community") -> int:
    """Return the next number of a thread; the row of the numbering is the queue."""
    mine = Numbering.objects.filter(community=community)
    if not mine.update(last=F("last") + 1):
        last = Thread.objects.filter(community=community).order_by("-number").first()
        start = Numbering(community=community, last=last.number if last else 0)
        Numbering.objects.bulk_create([start], ignore_conflicts=True)
        mine.update(last=F("last") + 1)
    return mine.get().last


def leave_all(person: "Person") -> None:
    """Take somebody out of every private space; the next one keeps a circle in their place."""
    mine = SpaceMember.objects.filter(person=person).select_related("space")
    for membership in mine:
        take_out(membership)


def take_out(membership: SpaceMember) -> None:
    """End somebody's part in a private space; needs a transaction.

    What was asked of a host who goes is not passed on.
    """
    space = membership.space
    if membership.host:
        SpaceMember.objects.select_for_update().filter(pk=membership.pk).first()
        lapse_askings(space, membership.person_id)
    membership.delete()
    if membership.host and (eldest := space.members.order_by("joined_at", "pk").first()):
        eldest.host = True
        eldest.save(update_fields=["host"])
