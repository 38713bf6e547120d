"""Who brings whom: inviters, the people that came by them, and how many places they may give."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Sum, Window
from django.db.models.functions import RowNumber

from qunluo.community.queries import active_members, holders, require, roles_with
from qunluo.growth.models import Invitation, InvitationUse, InviterAllowance
from qunluo.growth.queries.invitations import MANAGE, policy_of
from qunluo.growth.rules.invitations import Allowance
from qunluo.people.queries import person_card

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person
    from qunluo.people.queries import Card

NAMED = 6


@dataclass(frozen=True)
class Brought:
    """Somebody who came by an invitation, and whether they are still a member."""

    person: "Card"
    here: bool


@dataclass(frozen=True)
class Inviter:
    """How many somebody brought, the latest of them, and how many places they may give."""

    person: "Card"
    here: bool
    brought: int
    people: tuple[Brought, ...]
    allowance: Allowance
    extra: int


def inviters(
    community: "Community", *, viewer: "Person", limit: int = 100, start: int = 0
) -> list[Inviter]:
    """Return who invited, whoever brought the most first; for who manages invitations.

    At most `limit` of them from the place `start` on.
    """
    require(viewer, community, MANAGE)
    made = Invitation.objects.filter(community=community).values_list("inviter_id")
    counted = made.annotate(brought=Sum("used")).order_by("-brought", "inviter_id")
    counts: dict[int, int] = dict(counted[start : start + limit])
    came = _latest(community, list(counts))
    cards = person_card([*counts, *(pk for people in came.values() for pk in people)])
    here = _here(community, cards)
    allowances = _allowances(community, list(counts))
    return [
        Inviter(
            cards[pk],
            pk in here,
            brought,
            tuple(Brought(cards[one], one in here) for one in came.get(pk, ()) if one in cards),
            *allowances[pk],
        )
        for pk, brought in counts.items()
        if pk in cards
    ]


def brought_by_one(person: "Person", community: "Community") -> list[Brought]:
    """Return the latest whom somebody brought, for that person themself."""
    came = _latest(community, [person.pk]).get(person.pk, [])
    cards = person_card(came)
    here = _here(community, cards)
    return [Brought(cards[pk], pk in here) for pk in came if pk in cards]


def _latest(community: "Community", ids: list[int]) -> dict[int, list[int]]:
    """Return for each inviter the ids of the latest few who came, the latest first."""
    place = Window(RowNumber(), partition_by=F("invitation__inviter_id"), order_by=F("pk").desc())
    rows = (
        InvitationUse.objects.filter(
            invitation__community=community, invitation__inviter_id__in=ids
        )
        .annotate(place=place)
        .filter(place__lte=NAMED)
        .order_by("place")
        .values_list("invitation__inviter_id", "person_id")
    )
    found: dict[int, list[int]] = {}
    for inviter, person in rows:
        found.setdefault(inviter, []).append(person)
    return found


def _here(community: "Community", cards: "dict[int, Card]") -> set[int]:
    found = active_members(community).filter(person_id__in=list(cards))
    return set(found.values_list("person_id", flat=True))


def _allowances(community: "Community", ids: list[int]) -> dict[int, tuple[Allowance, int]]:
    """Return allowance and extra places of each; who manages invitations has no limit."""
    usual = policy_of(community).member_quota
    free = set(holders(community, roles_with(MANAGE)).values_list("person_id", flat=True))
    rows = InviterAllowance.objects.filter(community=community, person_id__in=ids)
    known = {pk: (taken, extra) for pk, taken, extra in rows.values_list(
        "person_id", "taken", "extra")}  # fmt: skip
    told = {}
    for pk in ids:
        taken, extra = known.get(pk, (0, 0))
        told[pk] = Allowance(None if pk in free else usual + extra, taken), extra
    return told
