"""The honour hall: whom others put into the spotlight, and how often (V11)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max

from qunluo.conversation.models import Space, Thread
from qunluo.conversation.queries.cards import ThreadCard, cards, with_reading
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import seen_by, sight_of
from qunluo.governance.queries import hidden_between
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Sight, Viewer

SPOTLIGHT, SHOWN = "spotlight", "shown"
MOST = 100


@dataclass(frozen=True)
class Honoured:
    """Somebody who was put into the spotlight: how often, and the last time."""

    person: Card
    times: int
    last: ThreadCard


def honours(community: "Community", *, viewer: "Viewer") -> list[Honoured]:
    """Return who was honoured as far as a viewer sees it, the latest first; five queries.

    Nobody is ranked by how often: a hall of honour is no race.
    """
    sight = sight_of(viewer, community)
    spaces, found = _seen(community, sight)
    rows = found.order_by().values("assignee_id").annotate(times=Count("pk"), last=Max("pk"))
    counted = {row["assignee_id"]: row for row in rows.order_by("-last")[:MOST]}
    ids = [row["last"] for row in counted.values()]
    last = with_reading(Thread.objects.filter(pk__in=ids), sight.person_id)
    shown = {card.id: card for card in cards(last, spaces, sight.person_id, {})}
    faces = person_card(counted)
    away = hidden_between(sight.person_id)
    return [
        Honoured(faces[pk], row["times"], shown[row["last"]])
        for pk, row in counted.items()
        if pk in faces and faces[pk].handle and pk not in away and row["last"] in shown
    ]


def times_honoured(community: "Community", person_id: int, *, viewer: "Viewer") -> int:
    """Return how often somebody was put into the spotlight, as far as a viewer sees it."""
    _spaces, found = _seen(community, sight_of(viewer, community))
    return found.filter(assignee_id=person_id).count()


def _seen(community: "Community", sight: "Sight") -> "tuple[Mapping[int, Space], QuerySet[Thread]]":
    spaces = {s.pk: s for s in seen_by(sight, Space.objects.filter(community=community))}
    found = Thread.objects.filter(
        opened(sight),
        community=community,
        kind=SPOTLIGHT,
        state=SHOWN,
        opener_gone=False,
        assignee__isnull=False,
        space_id__in=list(spaces),
    )
    return spaces, found
