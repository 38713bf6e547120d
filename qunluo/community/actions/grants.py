"""Giving and taking back roles, seats, badges, passes and tiers."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community import events
from qunluo.community.errors import (
    AlreadyEnded,
    InvalidGrant,
    LastOwner,
    MembershipNotFound,
    OwnPromotion,
    ReasonMissing,
    SeatTaken,
)
from qunluo.community.models import Community, Grant, Membership
from qunluo.community.queries.entering import ticket_of
from qunluo.community.queries.membership import membership_of
from qunluo.community.queries.permissions import (
    ROLE_KINDS,
    due_grants,
    holders,
    live_grants,
    require_member,
    require_to_give,
)
from qunluo.community.rules import permissions as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

EXPIRED = "expired"
BATCH = 500


@write_tx
def grant(
    *,
    actor: "Person | None",
    community: Community,
    person: "Person",
    kind: str,
    name: str,
    source: str,
    expires_at: datetime | None = None,
) -> Grant:
    """Give a person something to hold, or change until when they hold it.

    Without an actor the software itself gives (a badge for a seat taken); it never gives roles.
    RoleNotYours, OwnPromotion, InvalidGrant, SeatTaken, MembershipNotFound.
    """
    _check_form(kind, name, expires_at)
    role = rules.roles()[name] if kind in ROLE_KINDS else None
    if actor is None and role:
        raise InvalidGrant(fields={"name": [_("A role is always given by a person.")]})
    if actor:
        require_to_give(actor, community, name if role else "")
        if actor.pk == person.pk:
            raise OwnPromotion
    lock(community)
    if role and membership_of(person, community) is None:
        raise MembershipNotFound
    return _give(actor, community, person, kind, name, source, expires_at)


@write_tx
def found_ownership(*, community: Community, person: "Person") -> Grant:
    """Make the founder the first owner; Conflict when the community ever had one."""
    lock(community)
    if Grant.objects.filter(community=community, kind=Grant.Kind.ROLE, name=rules.OWNER).exists():
        raise AlreadyEnded(_("This community has been founded already."))
    return _give(person, community, person, Grant.Kind.ROLE, rules.OWNER, "founding", None)


@write_tx
def revoke_grant(*, actor: "Person", grant: Grant, reason: str) -> Grant:
    """Take a grant back, or give up one's own (then without a reason, if one likes).

    RoleNotYours, ReasonMissing, AlreadyEnded, LastOwner.
    """
    community, reason = grant.community, reason.strip()
    if grant.person_id == actor.pk:
        require_member(actor, community)
    else:
        require_to_give(actor, community, grant.name if grant.kind in ROLE_KINDS else "")
        if not reason:
            raise ReasonMissing(fields={"reason": [_("Please give a reason.")]})
    lock(community)
    if grant.kind == Grant.Kind.ROLE and grant.name == rules.OWNER:
        keep_an_owner(community, without=grant.person_id)
    if not end_grant(grant, reason=reason, actor_id=actor.pk):
        raise AlreadyEnded
    grant.refresh_from_db()
    return grant


@write_tx
def hand_over(*, actor: "Person", community: Community, to: "Person", reason: str = "") -> Grant:
    """Make a member an owner and give up one's own ownership, in one step."""
    given = grant(
        actor=actor,
        community=community,
        person=to,
        kind=Grant.Kind.ROLE,
        name=rules.OWNER,
        source="handover",
    )
    own = Grant.objects.get(
        live_grants(), community=community, person=actor, kind=Grant.Kind.ROLE, name=rules.OWNER
    )
    revoke_grant(actor=actor, grant=own, reason=reason)
    return given


def expire_due_grants() -> int:
    """Close the grants whose time has come and tell about it; return how many.

    They stopped counting by themselves: permissions look at the clock, not at this.
    """
    closed = 0
    for one in due_grants(BATCH):
        with write_tx():
            closed += end_grant(one, reason=EXPIRED, actor_id=None)
    return closed


def lock(community: Community) -> None:
    """Take the community's row, so that counts made from here on stay true until the commit."""
    Community.objects.select_for_update().only("pk").get(pk=community.pk)


def keep_an_owner(community: Community, *, without: int) -> None:
    """Refuse with LastOwner when nobody else owns the community; needs the lock."""
    if not holders(community, [rules.OWNER]).exclude(person_id=without).exists():
        raise LastOwner


def end_roles(community: Community, person_id: int, *, reason: str, actor_id: int | None) -> None:
    """Take back every role and seat of somebody who is no longer a member."""
    for one in Grant.objects.filter(
        community=community, person_id=person_id, kind__in=ROLE_KINDS, revoked_at=None
    ):
        end_grant(one, reason=reason, actor_id=actor_id)


def end_grant(one: Grant, *, reason: str, actor_id: int | None) -> bool:
    """Close a grant if it is open and publish what became of it; return whether it was open."""
    at = now()
    expired = one.expires_at is not None and one.expires_at <= at
    taken = Grant.objects.filter(pk=one.pk, revoked_at=None).update(
        revoked_at=one.expires_at if expired else at,
        revoked_reason=EXPIRED if expired else reason[:200],
    )
    if taken:
        about = {"community_id": one.community_id, "person_id": one.person_id}
        held = {"grant_id": one.pk, "kind": str(one.kind), "holds": one.name}
        publish(
            events.GrantExpired(**about, **held)  # type: ignore[arg-type]
            if expired
            else events.GrantRevoked(actor_id=actor_id, **about, **held)  # type: ignore[arg-type]
        )
        _follow(one)
    return bool(taken)


def _check_form(kind: str, name: str, expires_at: datetime | None) -> None:
    fields: dict[str, list[str]] = {}
    known = rules.roles().get(name)
    if kind not in Grant.Kind.values:
        fields["kind"] = [_("There is no such kind of grant.")]
    elif not 1 <= len(name) <= 40 or (kind in ROLE_KINDS and (known is None or known.kind != kind)):
        fields["name"] = [_("There is no such role here.")]
    if expires_at and expires_at <= now():
        fields["expires_at"] = [_("Choose a day in the future.")]
    elif expires_at and kind in ROLE_KINDS and known and not known.expires:
        fields["expires_at"] = [_("This role has no end date; hand it over instead.")]
    if fields:
        raise InvalidGrant(fields=fields)


def _give(
    actor: "Person | None",
    community: Community,
    person: "Person",
    kind: str,
    name: str,
    source: str,
    expires_at: datetime | None,
) -> Grant:
    """Create the grant, or extend the one held already; an expired one is closed on the way."""
    open_now = Grant.objects.filter(community=community, kind=kind, name=name, revoked_at=None)
    mine = open_now if kind == Grant.Kind.SEAT else open_now.filter(person=person)
    for stale in mine.filter(expires_at__lte=now()):
        end_grant(stale, reason=EXPIRED, actor_id=None)
    if held := open_now.filter(person=person).first():
        return _extend(actor, held, expires_at)
    try:
        with write_tx():
            made = Grant.objects.create(
                community=community,
                person=person,
                kind=kind,
                name=name,
                source=source[:60],
                granted_by=actor,
                granted_at=now(),
                expires_at=expires_at,
            )
    except IntegrityError:
        raise _taken(community, kind, name) from None
    publish(
        events.GrantGiven(
            community_id=community.pk,
            actor_id=actor.pk if actor else None,
            person_id=person.pk,
            grant_id=made.pk,
            kind=kind,
            holds=name,
            source=made.source,
            expires_at=expires_at,
        )
    )
    _follow(made)
    return made


def _extend(actor: "Person | None", held: Grant, expires_at: datetime | None) -> Grant:
    if held.expires_at == expires_at:
        return held
    held.expires_at = expires_at
    held.save(update_fields=["expires_at"])
    publish(
        events.GrantExtended(
            community_id=held.community_id,
            actor_id=actor.pk if actor else None,
            person_id=held.person_id,
            grant_id=held.pk,
            kind=held.kind,
            holds=held.name,
            expires_at=expires_at,
        )
    )
    _follow(held)
    return held


def _follow(one: Grant) -> None:
    """Let a paid membership last as long as the tiers that let in; an owner needs none. M03."""
    here = Membership.objects.filter(
        community=one.community_id, person=one.person_id, status=Membership.Status.ACTIVE,
        paid_until__isnull=False,
    )  # fmt: skip
    if one.kind == Grant.Kind.ROLE and one.name == rules.OWNER and one.revoked_at is None:
        here.update(paid_until=None)
    elif one.kind == Grant.Kind.TIER and here.exists():
        ticket, moment = ticket_of(one.person, one.community), now()
        if ticket:
            here.update(paid_until=ticket.until)
        else:
            here.filter(paid_until__gt=moment).update(paid_until=moment)


def _taken(community: Community, kind: str, name: str) -> SeatTaken:
    holder = (
        Grant.objects.filter(community=community, kind=kind, name=name, revoked_at=None)
        .values_list("person__name", flat=True)
        .first()
    )
    return SeatTaken(holder=holder or "-")
