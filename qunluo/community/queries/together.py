"""Reading pledges, the goal and offers to found together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from qunluo.community.errors import OfferGone
from qunluo.community.models import (
    CofounderOffer,
    Community,
    GoalAmendment,
    MemberTag,
    OperatingGoal,
    Pledge,
)
from qunluo.community.queries.joining import declared_values
from qunluo.community.queries.permissions import require
from qunluo.community.rules.breadth import Breadth, breadth
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from qunluo.people.models import Person


@dataclass(frozen=True)
class Pledged:
    """How many members pledged an act, and how much in all."""

    action: str
    people: int
    total: int


@dataclass(frozen=True)
class Change:
    """The change a community wants, and what its members pledged for it (F21)."""

    statement: str
    acts: tuple[str, ...]
    pledged: tuple[Pledged, ...]

    @property
    def people(self) -> int:
        """Return how many members pledged something."""
        return sum(one.people for one in self.pledged)


def change_wanted(community: Community) -> Change | None:
    """Return the statement with the counted pledges; None when no change is declared."""
    declared = declared_values(community).get("change", {})
    if not declared.get("statement"):
        return None
    rows = (
        Pledge.objects.filter(community=community, withdrawn_at=None)
        .values("action")
        .annotate(people=Count("pk"), total=Sum("count"))
        .order_by("-total", "action")
    )
    return Change(
        declared["statement"],
        tuple(declared.get("acts", ())),
        tuple(Pledged(row["action"], row["people"], row["total"]) for row in rows),
    )


def pledge_of(person: "Person", community: Community) -> Pledge | None:
    """Return what a person has pledged, or None."""
    return Pledge.objects.filter(community=community, person=person, withdrawn_at=None).first()


def breadth_of(community: Community) -> Breadth:
    """Return how widely the tags of active members are spread (F11)."""
    held = MemberTag.objects.filter(community=community, membership__status="active")
    counts = held.values("name").annotate(times=Count("pk")).values_list("times", flat=True)
    people = held.values("membership").distinct().count()
    return breadth(counts, people)


def operating_goal(community: Community) -> OperatingGoal | GoalAmendment | None:
    """Return the goal that counts: the last that a vote made, the confirmed one, or None."""
    amended = GoalAmendment.objects.filter(community=community).order_by("-number").first()
    return amended or OperatingGoal.objects.filter(community=community).first()


def goal_history(community: Community) -> list[OperatingGoal | GoalAmendment]:
    """Return every goal that counted, the latest first; none before one was confirmed."""
    amended = GoalAmendment.objects.filter(community=community).order_by("-number")
    return [*amended, *OperatingGoal.objects.filter(community=community)]


def cofounding_offer(code: str) -> CofounderOffer:
    """Return an open offer by its secret code; OfferGone."""
    found = (
        CofounderOffer.objects.select_related("community", "offered_by")
        .filter(code=code, accepted_at=None, withdrawn_at=None, expires_at__gt=now())
        .first()
    )
    if found is None:
        raise OfferGone
    return found


def cofounding_offers(community: Community, viewer: "Person") -> list[CofounderOffer]:
    """Return every offer that was made, newest first; needs grants.manage."""
    require(viewer, community, "grants.manage")
    return list(
        CofounderOffer.objects.filter(community=community)
        .select_related("offered_by", "accepted_by")
        .order_by("-pk")
    )
