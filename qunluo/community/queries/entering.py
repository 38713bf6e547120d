"""Paid entry: who may pay to come in, who has, and whose paid time is over. M03."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.models import F, Q

from qunluo.community.errors import (
    CommunityClosed,
    JoinFirst,
    RecruitmentClosed,
    RemovedBefore,
)
from qunluo.community.models import Application, Community, Membership
from qunluo.community.queries.joining import last_application
from qunluo.community.queries.membership import is_banned
from qunluo.community.queries.permissions import standing
from qunluo.community.queries.tiers import tier_holders
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from qunluo.people.models import Person

Status = Membership.Status
ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ticket:
    """The right to be in by a tier that lets in; until ENDLESS where it has no end."""

    until: datetime


def ticket_of(person: "Person | AnonymousUser | None", community: Community) -> Ticket | None:
    """Return what somebody holds that lets them in at this moment, whichever lasts longest."""
    if person is None or person.pk is None:
        return None
    held = tier_holders(community).filter(person_id=person.pk, name__in=community.entry_tiers)
    ends = list(held.values_list("expires_at", flat=True))
    if not ends:
        return None
    return Ticket(max(one or ENDLESS for one in ends))


def lapsed_membership(
    person: "Person | AnonymousUser | None", community: Community
) -> Membership | None:
    """Return the membership that somebody had until their paid time was over, or None."""
    if person is None or person.pk is None:
        return None
    over = Q(status=Status.ACTIVE, paid_until__lte=now())
    ended = Q(status=Status.LEFT, paid_until__isnull=False, ended_at=F("paid_until"))
    mine = Membership.objects.filter(community=community, person_id=person.pk)
    last = mine.order_by("-pk").values("pk")[:1]
    return mine.filter(over | ended, pk__in=list(last.values_list("pk", flat=True))).first()


def accepted_application(
    person: "Person | AnonymousUser | None", community: Community
) -> Application | None:
    """Return the application by which somebody may come in once they have paid, or None."""
    last = last_application(person, community)
    return last if last and last.state == Application.State.ACCEPTED else None


def require_entry(person: "Person", community: Community) -> None:
    """Refuse to sell a way in to somebody whom it would not let in.

    Members and those whose paid time is over may always go on. CommunityClosed, RemovedBefore,
    RecruitmentClosed, JoinFirst.
    """
    if community.stage == Community.Stage.CLOSED:
        raise CommunityClosed(community=community.name)
    if is_banned(person, community):
        raise RemovedBefore(community=community.name)
    if entry_known(person, community):
        return
    if community.stage == Community.Stage.PRIVATE or not community.recruiting:
        raise RecruitmentClosed(community=community.name)
    if (
        community.selection != Community.Selection.FEE
        or accepted_application(person, community) is None
    ):
        raise JoinFirst(community=community.name)


def entry_possible(person: "Person", community: Community) -> bool:
    """Tell whether what somebody has paid can let them in, also when nobody else is taken in."""
    closed = community.stage == Community.Stage.CLOSED
    if closed or is_banned(person, community):
        return False
    return entry_known(person, community) or accepted_application(person, community) is not None


def entry_known(person: "Person", community: Community) -> bool:
    """Tell whether somebody is a member, or was one until their paid time was over."""
    here = standing(person, community).membership_id
    return here is not None or lapsed_membership(person, community) is not None


def due_memberships() -> "QuerySet[Membership]":
    """Return memberships whose paid time is over and of which nobody was told."""
    over = Membership.objects.filter(status=Status.ACTIVE, paid_until__lte=now())
    return over.select_related("community", "person").order_by("paid_until")


def memberships_end() -> bool:
    """Tell whether the paid time of anybody is over and nobody was told."""
    return due_memberships().exists()
