"""Invitations: what a code opens, who made which, and where newcomers came from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Sum

from qunluo.community.queries import permissions_of, require
from qunluo.growth.errors import InvitationNotFound
from qunluo.growth.models import GrowthPolicy, Invitation, InvitationUse, InviterAllowance
from qunluo.growth.rules import invitations as rules
from qunluo.growth.rules.invitations import Allowance, Policy
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.reach.ports import Joined

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

CREATE, MANAGE = "invitations.create", "invitations.manage"


@dataclass(frozen=True)
class InviterTally:
    """How many people somebody brought in, and how many of them are still here."""

    person_id: int
    brought: int


@dataclass(frozen=True)
class ChannelTally:
    """How many people came by a channel (G04)."""

    channel: str
    places: int
    brought: int


def policy_of(community: "Community") -> Policy:
    """Return the numbers that growth works with in a community."""
    found = GrowthPolicy.objects.filter(community=community)
    row = found.values(*Policy.__dataclass_fields__).first()
    return Policy(**row) if row else Policy()


def invitation_by_code(code: str) -> Invitation:
    """Return the invitation behind a code, whatever its state; InvitationNotFound."""
    found = Invitation.objects.select_related("community", "inviter", "customer", "contact")
    try:
        return found.get(code=code.strip().upper())
    except Invitation.DoesNotExist:
        raise InvitationNotFound from None


def state_of(invitation: Invitation) -> str:
    """Return live, revoked, expired or used_up."""
    return rules.state(
        used=invitation.used,
        max_uses=invitation.max_uses,
        expires_at=invitation.expires_at,
        revoked_at=invitation.revoked_at,
        at=now(),
    )


def invitation_url(invitation: Invitation) -> str:
    """Return the full address to forward."""
    return f"{settings.SITE_URL}/i/{invitation.code}/"


def get_invitation(pk: int, *, viewer: "Person") -> Invitation:
    """Return an invitation for its inviter or who manages all; InvitationNotFound."""
    found = Invitation.objects.select_related("community", "inviter").filter(pk=pk).first()
    if found is None:
        raise InvitationNotFound
    if found.inviter_id != viewer.pk and MANAGE not in permissions_of(viewer, found.community):
        raise InvitationNotFound
    return found


def invitations(
    community: "Community",
    *,
    viewer: "Person",
    everybody: bool = False,
    after: str | None = None,
    limit: int = 30,
) -> Page[Invitation]:
    """Return a page of the viewer's invitations, or of everybody's for who manages them.

    Personal ones of imported customers are left out: they are on the customers' pages.
    """
    require(viewer, community, MANAGE if everybody else CREATE)
    found = Invitation.objects.filter(community=community, customer=None).select_related("inviter")
    if not everybody:
        found = found.filter(inviter=viewer)
    return page(found, ["-id"], after, limit)


def allowance_of(person: "Person", community: "Community") -> Allowance:
    """Return how many places somebody may still give; who manages invitations has no limit."""
    row = InviterAllowance.objects.filter(community=community, person=person).first()
    taken = row.taken if row else 0
    if MANAGE in permissions_of(person, community):
        return Allowance(None, taken)
    return Allowance(policy_of(community).member_quota + (row.extra if row else 0), taken)


def brought_by(community: "Community", *, viewer: "Person", limit: int = 20) -> list[InviterTally]:
    """Return who brought the most people in."""
    require(viewer, community, MANAGE)
    found = (
        InvitationUse.objects.filter(invitation__community=community)
        .values_list("invitation__inviter_id")
        .annotate(brought=Count("pk"))
        .order_by("-brought", "invitation__inviter_id")
    )
    return [InviterTally(*row) for row in found[:limit]]


def channels(community: "Community", *, viewer: "Person", days: int = 90) -> list[ChannelTally]:
    """Return by which channels people came in the last days: places given, people come."""
    require(viewer, community, MANAGE)
    made = Invitation.objects.filter(
        community=community, made_at__gt=now() - timedelta(days=days)
    ).values_list("channel")
    found = made.annotate(places=Sum("max_uses"), brought=Sum("used")).order_by("-brought")
    return [ChannelTally(*row) for row in found]


def joined_by(community_id: int, code: str, since: datetime) -> Joined | None:
    """Return what an invitation of a community is and who came by it since; None for no such."""
    found = Invitation.objects.filter(community_id=community_id, code=code).first()
    if found is None:
        return None
    return Joined(state_of(found) == "live", found.uses.filter(at__gt=since).count())


def who_came_by(invitation: Invitation) -> list[int]:
    """Return the ids of the persons who came by an invitation, in order."""
    return list(invitation.uses.order_by("pk").values_list("person_id", flat=True))
