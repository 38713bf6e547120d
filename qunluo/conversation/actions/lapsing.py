"""What was asked of the host of a circle is for that host alone: it lapses when another follows."""

from qunluo.conversation.models import CircleAsking, Space
from qunluo.kernel.clock import now
from qunluo.reach.actions import News, forget_for, notify

CIRCLE = "circle"
State = CircleAsking.State


def lapse_askings(space: Space, host_id: int) -> int:
    """Let what is still open lapse, unread by the next host, and tell who asked; return how many.

    Needs a transaction. They can ask again at once.
    """
    rows = CircleAsking.objects.select_for_update().filter(space=space, state=State.ASKED)
    people = dict(rows.order_by("pk").values_list("pk", "person_id"))
    if not people:
        return 0
    CircleAsking.objects.filter(pk__in=people).update(state=State.LAPSED, settled_at=now())
    forget_for({host_id}, CIRCLE, [space.pk])
    for pk, person_id in people.items():
        notify(
            {person_id},
            News(
                what="asking_lapsed",
                reason="yours",
                key=f"circle:{space.pk}:asking_lapsed",
                cause=f"asking{pk}",
                community_id=space.community_id,
                subject=CIRCLE,
                subject_id=space.pk,
                scopes=(f"community:{space.community_id}", f"space:{space.pk}"),
            ),
        )
    return len(people)
