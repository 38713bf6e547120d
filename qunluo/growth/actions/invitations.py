"""Making, taking back and accepting invitations."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F, Q

from qunluo.community import actions as community_actions
from qunluo.community.queries import membership_of, permissions_of, require
from qunluo.growth import errors, events
from qunluo.growth.actions.matching import match_on_joining
from qunluo.growth.actions.seats import take_seat
from qunluo.growth.models import (
    GrowthPolicy,
    Invitation,
    InvitationUse,
    InviterAllowance,
)
from qunluo.growth.queries.invitations import (
    CREATE,
    MANAGE,
    allowance_of,
    invitation_by_code,
    policy_of,
    state_of,
)
from qunluo.growth.rules import invitations as rules
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Invalid
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community, Membership
    from qunluo.growth.models import FoundingContact
    from qunluo.people.models import Person

Kind = Invitation.Kind
CLOSED = {
    "revoked": errors.InvitationRevoked,
    "expired": errors.InvitationExpired,
    "used_up": errors.InvitationUsedUp,
}


@write_tx
def create_invitation(
    *,
    actor: "Person",
    community: "Community",
    note: str = "",
    max_uses: int = 1,
    kind: str = Kind.MEMBER,
    channel: str = "",
    expires_at: datetime | None = None,
    contact: "FoundingContact | None" = None,
) -> Invitation:
    """Make a code that lets `max_uses` people in, taking the places from the actor's quota.

    Kinds other than member take invitations.manage and no quota; a co-founder is invited with
    community.actions.offer_cofounding. QuotaExhausted, Invalid, PermissionMissing.
    """
    require(actor, community, CREATE if kind == Kind.MEMBER else MANAGE)
    _check(kind, note, max_uses, expires_at)
    policy = policy_of(community)
    if kind == Kind.MEMBER:
        _take_places(actor, community, max_uses, policy.member_quota)
    made = _insert(
        community=community,
        kind=kind,
        inviter=actor,
        note=" ".join(note.split()),
        channel=channel[:20],
        contact=contact,
        max_uses=max_uses,
        made_at=now(),
        expires_at=expires_at or policy.expiry(now()),
    )
    publish(
        events.InvitationMade(
            community_id=community.pk,
            actor_id=actor.pk,
            invitation_id=made.pk,
            kind=kind,
            max_uses=max_uses,
        )
    )
    return made


@write_tx
def revoke_invitation(*, actor: "Person", invitation: Invitation) -> Invitation:
    """Take an invitation back; its unused places return to the inviter's quota."""
    allowed = permissions_of(actor, invitation.community)
    if invitation.inviter_id != actor.pk and MANAGE not in allowed:
        raise errors.NotYourInvitation
    if not Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now()):
        raise errors.InvitationRevoked
    invitation.refresh_from_db()
    if invitation.kind == Kind.MEMBER:
        InviterAllowance.objects.filter(
            community=invitation.community, person=invitation.inviter
        ).update(taken=F("taken") - (invitation.max_uses - invitation.used))
    publish(
        events.InvitationRevoked(
            community_id=invitation.community_id,
            actor_id=actor.pk,
            invitation_id=invitation.pk,
        )
    )
    return invitation


@write_tx
def accept_invitation(
    *, actor: "Person", code: str, accepted_rules: int = 0, label_claim: str = ""
) -> "Membership":
    """Come in by a code: a member, with the inviter on record; twice gives the same.

    InvitationNotFound, InvitationRevoked, InvitationExpired, InvitationUsedUp, and whatever
    community.actions.admit refuses.
    """
    invitation = invitation_by_code(code)
    community = invitation.community
    if here := membership_of(actor, community):
        # A member who opens the invitation of their customer record is recognised all the same.
        if invitation.customer_id:
            match_on_joining(here, invitation=invitation)
        return here
    _check_open(invitation)
    membership = community_actions.admit(
        person=actor,
        community=community,
        via="import" if invitation.kind == Kind.CUSTOMER else "invitation",
        inviter=invitation.inviter,
        actor=actor,
        accepted_rules=accepted_rules,
        label_claim=label_claim,
    )
    InvitationUse.objects.create(
        invitation=invitation, person=actor, membership=membership, at=now()
    )
    match_on_joining(membership, invitation=invitation)
    if invitation.kind == Kind.FOUNDING:
        take_seat(membership, contact=invitation.contact, actor=actor)
    # Last, because the row is what those who hold the same link compete for.
    _use(invitation)
    publish(
        events.InvitationAccepted(
            community_id=community.pk,
            actor_id=actor.pk,
            person_id=actor.pk,
            invitation_id=invitation.pk,
            inviter_id=invitation.inviter_id,
            kind=invitation.kind,
            channel=invitation.channel,
        )
    )
    return membership


@write_tx
def raise_allowance(
    *, actor: "Person", community: "Community", person: "Person", extra: int
) -> None:
    """Let a member give so many places more than the quota of everybody."""
    require(actor, community, MANAGE)
    if not 0 <= extra <= rules.MOST_PLACES:
        raise Invalid(fields={"extra": [_("Between 0 and {most} places.")]}, most=rules.MOST_PLACES)
    InviterAllowance.objects.update_or_create(
        community=community, person=person, defaults={"extra": extra}
    )
    publish(
        events.AllowanceRaised(
            community_id=community.pk, actor_id=actor.pk, person_id=person.pk, extra=extra
        )
    )


@write_tx
def change_policy(*, actor: "Person", community: "Community", **fields: Any) -> None:
    """Change quota, days to expiry, what counts as dormant, or the region of phone numbers."""
    require(actor, community, "community.edit")
    unknown = fields.keys() - rules.Policy.__dataclass_fields__.keys()
    if unknown:
        raise TypeError(f"unknown policy fields: {sorted(unknown)}")
    GrowthPolicy.objects.update_or_create(community=community, defaults=fields)
    publish(
        events.GrowthPolicyChanged(
            community_id=community.pk, actor_id=actor.pk, fields=tuple(sorted(fields))
        )
    )


def insert_code(**columns: Any) -> Invitation:
    """Insert an invitation under a code that nobody has."""
    return _insert(**columns)


def _insert(**columns: Any) -> Invitation:
    for _attempt in range(5):
        try:
            with write_tx():
                return Invitation.objects.create(code=short_code(rules.CODE_LENGTH), **columns)
        except IntegrityError as error:
            clash = error
    raise clash


def _check(kind: str, note: str, max_uses: int, expires_at: datetime | None) -> None:
    fields: dict[str, list[str]] = {}
    if kind not in {Kind.MEMBER, Kind.FOUNDING, Kind.CUSTOMER}:
        fields["kind"] = [_("Choose a kind of invitation.")]
    if len(note) > rules.NOTE_LENGTH:
        fields["note"] = [_("A note has at most {length} characters.")]
    if not 1 <= max_uses <= rules.MOST_PLACES:
        fields["max_uses"] = [_("Between 1 and {most} places.")]
    if expires_at and expires_at <= now():
        fields["expires_at"] = [_("Choose a day in the future.")]
    if fields:
        raise Invalid(fields=fields, length=rules.NOTE_LENGTH, most=rules.MOST_PLACES)


def _take_places(actor: "Person", community: "Community", places: int, quota: int) -> None:
    """Take places from the quota; the conditional update decides between two requests."""
    allowance = allowance_of(actor, community)
    InviterAllowance.objects.get_or_create(community=community, person=actor)
    mine = InviterAllowance.objects.filter(community=community, person=actor)
    if allowance.quota is not None:
        mine = mine.filter(Q(taken__lte=quota + F("extra") - places))
    if not mine.update(taken=F("taken") + places):
        now_left = allowance_of(actor, community)
        raise errors.QuotaExhausted(left=now_left.left, quota=now_left.quota)


def _check_open(invitation: Invitation) -> None:
    state = state_of(invitation)
    if state in CLOSED:
        raise CLOSED[state]


def _use(invitation: Invitation) -> None:
    """Take a place of the invitation; whoever is one too many is told why and undone."""
    moment = now()
    taken = Invitation.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=moment),
        pk=invitation.pk,
        revoked_at=None,
        used__lt=F("max_uses"),
    ).update(used=F("used") + 1)
    if not taken:
        invitation.refresh_from_db()
        raise CLOSED.get(state_of(invitation), errors.InvitationUsedUp)
