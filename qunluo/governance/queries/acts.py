"""The log of acts: what was done for each value of the charter; fetching is permission."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Max, OuterRef, Q

from qunluo.community import queries as communities
from qunluo.governance.errors import ActNotFound
from qunluo.governance.models import Act, ActSecond
from qunluo.governance.queries.away import hidden_ids
from qunluo.governance.rules import acts as rules
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.governance.queries.decided import Viewer

MODERATE = "posts.moderate"
NOBODY = Card(0, "", "", "")


@dataclass(frozen=True)
class ValueCount:
    """How often a value was shown, by how many people, and when last; `current` in the charter."""

    value: str
    acts: int
    people: int
    last_at: datetime | None
    current: bool = True

    @property
    def untouched(self) -> bool:
        """Return whether nobody showed it for a long time."""
        return self.current and (self.last_at is None or self.last_at < now() - rules.QUIET)


@dataclass(frozen=True)
class ActView:
    """One act as a viewer sees it."""

    act: Act
    doer: Card
    linked_by: Card
    seconded: bool
    may_second: bool
    may_withdraw: bool
    may_moderate: bool


def values_of(community: "Community") -> list[str]:
    """Return the values of the charter that counts."""
    found = communities.declared_values(community).get("meaning", {}).get("values") or []
    return [str(one) for one in found]


def value_counts(community: "Community") -> list[ValueCount]:
    """Return each value of the charter with its acts, then former ones; for everybody to see."""
    rows = (
        Act.objects.filter(community=community, withdrawn_at=None)
        .order_by()
        .values("value")
        .annotate(acts=Count("pk"), people=Count("doer", distinct=True), last=Max("happened_at"))
    )
    known = {row["value"]: (row["acts"], row["people"], row["last"]) for row in rows}
    values = values_of(community)
    found = [ValueCount(value, *known.pop(value, (0, 0, None))) for value in values]
    return found + [ValueCount(value, *known[value], current=False) for value in sorted(known)]


def acts(
    community: "Community",
    *,
    viewer: "Viewer",
    value: str = "",
    after: str | None = None,
    limit: int = 20,
) -> Page[ActView]:
    """Return the acts of a community, or of one value, the newest first; MembersOnly.

    Those of people whom the viewer keeps away from are left out.
    """
    standing = communities.standing(viewer, community)
    if standing.membership_id is None:
        communities.require_member(viewer, community)
    found = _shown(viewer).filter(community=community)
    if value:
        found = found.filter(value=value)
    rows = page(found, ["-id"], after, limit)
    return Page(_views(rows.items, viewer, standing.permissions), rows.next)


def get_act(pk: int, *, viewer: "Viewer") -> ActView:
    """Return an act that stands, for members of its community; ActNotFound."""
    found = _shown(viewer).filter(pk=pk).select_related("community").first()
    standing = communities.standing(viewer, found.community) if found else None
    if found is None or standing is None or standing.membership_id is None:
        raise ActNotFound
    return _views([found], viewer, standing.permissions)[0]


def find_act(pk: int) -> Act | None:
    """Return an act, for the software's own reactions; doors use get_act."""
    return Act.objects.select_related("community", "doer", "linked_by").filter(pk=pk).first()


def _shown(viewer: "Viewer") -> "QuerySet[Act]":
    asking = viewer.pk if viewer and viewer.pk else 0
    found = Act.objects.filter(withdrawn_at=None)
    mine = ActSecond.objects.filter(act=OuterRef("pk"), person_id=asking)
    found = found.annotate(mine=Exists(mine))
    if not asking:
        return found
    return found.filter(Q(doer_id=asking) | ~Q(linked_by__in=hidden_ids(asking)))


def _views(found: list[Act], viewer: "Viewer", permissions: Iterable[str]) -> list[ActView]:
    faces = person_card({pk for act in found for pk in (act.doer_id, act.linked_by_id)})
    asking = viewer.pk if viewer and viewer.pk else 0
    moderates = MODERATE in permissions
    return [
        ActView(
            act=act,
            doer=faces.get(act.doer_id, NOBODY),
            linked_by=faces.get(act.linked_by_id, NOBODY),
            seconded=getattr(act, "mine", False),
            may_second=asking not in {act.doer_id, act.linked_by_id},
            may_withdraw=asking in {act.doer_id, act.linked_by_id},
            may_moderate=moderates and asking != act.linked_by_id,
        )
        for act in found
    ]
