"""Going out, and everything that changes a membership while it lasts."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from qunluo.community import events
from qunluo.community.actions.grants import end_roles, keep_an_owner, lock
from qunluo.community.errors import (
    AlreadyEnded,
    HigherRank,
    MembersOnly,
    ReasonMissing,
    RulesNotAccepted,
    UnknownRule,
)
from qunluo.community.models import CloseCare, Community, Membership
from qunluo.community.queries.membership import accepted_rule, current_rules, is_suspended
from qunluo.community.queries.permissions import in_force, require, require_member, standing
from qunluo.community.rules import joining as joining_rules
from qunluo.community.rules import permissions as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

Status = Membership.Status
REMOVED = "removed"


@write_tx
def leave(*, actor: "Person", membership: Membership, reason: str = "") -> Membership:
    """Leave freely, without penalty; coming back later is possible. AlreadyEnded, LastOwner."""
    if membership.person_id != actor.pk:
        raise MembersOnly
    let_go(membership, Status.LEFT, reason, actor.pk)
    publish(events.MemberLeft(**_about(membership, actor.pk)))
    return membership


@write_tx
def end_membership(
    *, actor: "Person", membership: Membership, cause: str, reason: str, rule_id: str = ""
) -> Membership:
    """End a membership: `left` by the member, or `removed` under a rule they accepted.

    Governance calls this for removals, since it keeps the reasons and hears the appeals.
    HigherRank, UnknownRule, ReasonMissing, AlreadyEnded, LastOwner, PermissionMissing.
    """
    if cause != REMOVED:
        return leave(actor=actor, membership=membership, reason=reason)
    check_measure(actor, membership, rule_id, reason)
    let_go(membership, Status.REMOVED, reason, actor.pk)
    publish(
        events.MemberRemoved(
            **_about(membership, actor.pk),
            rule_id=rule_id,
            rules_number=membership.rules_number,
        )
    )
    return membership


@write_tx
def reinstate(*, actor: "Person", membership: Membership) -> Membership:
    """Undo a removal: the same membership with the same number lives on; roles do not return."""
    require(actor, membership.community, "members.remove")
    lock(membership.community)
    back = Membership.objects.filter(pk=membership.pk, status=Status.REMOVED).update(
        status=Status.ACTIVE, ended_at=None, ended_reason="", last_active_on=now().date()
    )
    if not back:
        raise AlreadyEnded
    Community.objects.filter(pk=membership.community_id).update(member_count=F("member_count") + 1)
    membership.refresh_from_db()
    publish(events.MemberReinstated(**_about(membership, actor.pk)))
    return membership


@write_tx
def suspend(
    *, actor: "Person", membership: Membership, until: datetime, rule_id: str, reason: str
) -> Membership:
    """Let a member look in but do nothing until a moment; governance calls this."""
    check_measure(actor, membership, rule_id, reason)
    _set_suspension(membership, until)
    publish(events.MemberSuspended(**_about(membership, actor.pk), rule_id=rule_id, until=until))
    return membership


@write_tx
def lift_suspension(*, actor: "Person", membership: Membership) -> Membership:
    """End a suspension before its time; AlreadyEnded when there is none."""
    require(actor, membership.community, "members.remove")
    if not is_suspended(membership):
        raise AlreadyEnded
    _set_suspension(membership, None)
    publish(events.SuspensionLifted(**_about(membership, actor.pk)))
    return membership


@write_tx
def undo_suspension(*, actor: "Person", membership: Membership) -> None:
    """Undo a suspension wherever it stands, also of somebody who has left since or come back."""
    require(actor, membership.community, "members.remove")
    rows = Membership.objects.filter(
        community=membership.community_id, person=membership.person_id, suspended_until__gt=now()
    )
    if here := rows.filter(in_force()).select_related("community", "person").first():
        lift_suspension(actor=actor, membership=here)
    rows.update(suspended_until=None)


@write_tx
def accept_rules(*, actor: "Person", membership: Membership, number: int) -> Membership:
    """Accept the rules in force; RulesNotAccepted for others, MembersOnly, Suspended."""
    _check_own(actor, membership)
    current = current_rules(membership.community)
    if current is None or number != current.number:
        raise RulesNotAccepted(number=current.number if current else 0)
    changed = Membership.objects.filter(
        pk=membership.pk, status=Status.ACTIVE, rules_number__lt=number
    ).update(rules_number=number)
    membership.refresh_from_db()
    if changed:
        publish(events.RulesAccepted(**_about(membership, actor.pk), rules_number=number))
    return membership


@write_tx
def claim_label(*, actor: "Person", membership: Membership, claim: str) -> Membership:
    """Say of the label "I have it" (have), "I want it" (want), or take it back ("") (F04).

    MembersOnly, Suspended.
    """
    _check_own(actor, membership)
    claim = claim if claim in joining_rules.CLAIMS else ""
    if membership.label_claim != claim:
        membership.label_claim = claim
        membership.save(update_fields=["label_claim"])
        publish(events.LabelClaimed(**_about(membership, actor.pk), claim=claim))
    return membership


def mark_active(*, membership: Membership) -> bool:
    """Note that a member was here today; writes once a day at most, and tells nobody."""
    today = now().date()
    if membership.last_active_on >= today:
        return False
    with write_tx():
        moved = Membership.objects.filter(pk=membership.pk, last_active_on__lt=today).update(
            last_active_on=today
        )
    membership.last_active_on = today
    return bool(moved)


def check_measure(actor: "Person", membership: Membership, rule_id: str, reason: str) -> None:
    """Refuse a measure that the actor may not take, or that cites no rule the member accepted."""
    community = membership.community
    own = require(actor, community, "members.remove")
    theirs = standing(membership.person, community)
    if rules.rank_of(own.roles) <= rules.rank_of(theirs.roles):
        raise HigherRank
    if accepted_rule(membership, rule_id) is None:
        raise UnknownRule(fields={"rule_id": [_("Choose a rule that this member has accepted.")]})
    if not reason.strip():
        raise ReasonMissing(fields={"reason": [_("Please give a reason.")]})


def let_go(membership: Membership, status: str, reason: str, actor_id: int | None) -> None:
    """Close the membership and let go of everything that only a member holds; publishes nothing.

    LastOwner, unless the community has come to its end.
    """
    community, person_id = membership.community, membership.person_id
    lock(community)
    theirs = standing(membership.person, community)
    if rules.OWNER in theirs.roles and not theirs.closed:
        keep_an_owner(community, without=person_id)
    kept = {} if status == Status.LEFT else {"suspended_until": None}  # leaving ends no suspension
    ended = Membership.objects.filter(pk=membership.pk, status=Status.ACTIVE).update(
        status=status, ended_at=now(), ended_reason=reason.strip()[:200], **kept
    )
    if not ended:
        raise AlreadyEnded
    end_roles(community, person_id, reason=status, actor_id=actor_id)
    CloseCare.objects.filter(community=community).filter(
        Q(host_id=person_id) | Q(person_id=person_id)
    ).delete()
    Membership.objects.filter(community=community, host_id=person_id).update(host=None)
    Community.objects.filter(pk=community.pk).update(member_count=F("member_count") - 1)
    membership.refresh_from_db()


def _set_suspension(membership: Membership, until: datetime | None) -> None:
    changed = Membership.objects.filter(pk=membership.pk, status=Status.ACTIVE).update(
        suspended_until=until
    )
    if not changed:
        raise AlreadyEnded
    membership.refresh_from_db()


def _check_own(actor: "Person", membership: Membership) -> None:
    if membership.person_id != actor.pk:
        raise MembersOnly
    require_member(actor, membership.community)


def _about(membership: Membership, actor_id: int) -> dict[str, Any]:
    return {
        "community_id": membership.community_id,
        "actor_id": actor_id,
        "person_id": membership.person_id,
        "membership_id": membership.pk,
    }
