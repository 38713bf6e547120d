"""Warning, suspending, removing; appealing and judging appeals."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F, Q

from qunluo.community import actions as community_actions
from qunluo.community import queries as communities
from qunluo.governance import events
from qunluo.governance.errors import (
    AlreadyAppealed,
    AlreadyDecided,
    InvalidAppeal,
    InvalidMeasure,
    NotAppealable,
    OwnAppeal,
    OwnDecision,
)
from qunluo.governance.models import (
    Act,
    ActSecond,
    Appeal,
    Case,
    Distance,
    Measure,
    Report,
    Trust,
    Vote,
)
from qunluo.governance.queries import decided as queries
from qunluo.governance.rules import measures as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Application, Membership
    from qunluo.people.models import Person

Kind, State = Measure.Kind, Appeal.State
UNDONE: dict[str, str] = {Kind.TAKEDOWN: "restore", Kind.LABEL: "unlabel"}


@write_tx
def warn_member(*, actor: "Person", membership: "Membership", rule_id: str, reason: str) -> Measure:
    """Warn a member under a rule they accepted; nothing changes for them yet."""
    community_actions.check_measure(actor, membership, rule_id, reason)
    made = _record(actor, membership, Kind.WARNING, rule_id, reason)
    publish(events.MemberWarned(**_about(made, actor), measure_id=made.pk, rule_id=rule_id))
    return made


@write_tx
def suspend_member(
    *, actor: "Person", membership: "Membership", rule_id: str, reason: str, until: datetime
) -> Measure:
    """Suspend a member for at most 90 days. InvalidMeasure, HigherRank, UnknownRule, …"""
    if not now() < until <= now() + rules.LONGEST_SUSPENSION:
        raise InvalidMeasure(fields={"until": [_("Choose a day within the next 90 days.")]})
    made = _record(actor, membership, Kind.SUSPENSION, rule_id, reason, until=until)
    community_actions.suspend(
        actor=actor, membership=membership, until=until, rule_id=rule_id, reason=reason
    )
    return made


@write_tx
def remove_member(
    *, actor: "Person", membership: "Membership", rule_id: str, reason: str
) -> Measure:
    """Remove a member under a rule they accepted; they can appeal, and it is counted publicly.

    HigherRank, UnknownRule, ReasonMissing, AlreadyEnded, PermissionMissing.
    """
    made = _record(actor, membership, Kind.REMOVAL, rule_id, reason)
    community_actions.end_membership(
        actor=actor, membership=membership, cause="removed", rule_id=rule_id, reason=reason
    )
    return made


@write_tx
def file_appeal(
    *,
    actor: "Person",
    text: str,
    measure: Measure | None = None,
    application: "Application | None" = None,
) -> Appeal:
    """Appeal once against a measure or a refusal about oneself; somebody else will judge it.

    NotAppealable, AlreadyAppealed, InvalidAppeal.
    """
    text = text.replace("\0", "").strip()
    if not 1 <= len(text) <= rules.TEXT_LENGTH:
        raise InvalidAppeal(fields={"text": [_("Say in your own words why this was wrong.")]})
    decision = measure or application
    if decision is None or decision.person_id != actor.pk or not _stands(measure, application):
        raise NotAppealable
    try:
        with write_tx():
            filed = Appeal.objects.create(
                community_id=decision.community_id,
                person=actor,
                measure=measure,
                application=application,
                text=text,
                filed_at=now(),
            )
    except IntegrityError:
        raise AlreadyAppealed from None
    publish(events.AppealFiled(**_appeal(filed, actor)))
    return filed


@write_tx
def decide_appeal(*, actor: "Person", appeal: Appeal, grant: bool, reason: str) -> Appeal:
    """Judge an appeal, with a reason: granting undoes the decision. Never by who decided before.

    OwnDecision, OwnAppeal, AlreadyDecided, InvalidAppeal, PermissionMissing.
    """
    reason = reason.strip()
    if actor.pk == appeal.person_id:
        raise OwnAppeal
    communities.require(actor, appeal.community, queries.permission_to_judge(appeal))
    if actor.pk == queries.decider_of(appeal):
        raise OwnDecision
    if not reason:
        raise InvalidAppeal(fields={"reason": [_("Give a reason; the person will read it.")]})
    decided = Appeal.objects.filter(pk=appeal.pk, state=State.WAITING).update(
        state=State.GRANTED if grant else State.DISMISSED,
        reason=reason[: rules.REASON_LENGTH],
        decided_by=actor,
        decided_at=now(),
    )
    if not decided:
        raise AlreadyDecided
    appeal.refresh_from_db()
    if grant:
        _undo(actor, appeal)
    kind = events.AppealGranted if grant else events.AppealDismissed
    publish(kind(**_appeal(appeal, actor)))
    return appeal


@write_tx
def erase(person: "Person") -> None:
    """Remove the words about and by an erased person; what was decided stays counted."""
    Measure.objects.filter(person=person).update(reason="", words="")
    Appeal.objects.filter(person=person).update(text="", reason="")
    Distance.objects.filter(Q(person=person) | Q(other=person)).delete()
    Report.objects.filter(reporter=person).update(text="")
    Case.objects.filter(author=person).update(evidence=[], found="", plea="", reason="")
    Trust.objects.filter(person=person).delete()
    Vote.objects.filter(asked_by=person).update(text="")
    Act.objects.filter(Q(linked_by=person) | Q(doer=person)).delete()
    Act.objects.filter(seconded__person=person).update(seconds=F("seconds") - 1)
    ActSecond.objects.filter(person=person).delete()


def _record(
    actor: "Person",
    membership: "Membership",
    kind: str,
    rule_id: str,
    reason: str,
    *,
    until: datetime | None = None,
) -> Measure:
    """Write the measure down before it takes effect; it vanishes with it if that is refused."""
    rule = communities.accepted_rule(membership, rule_id)
    return Measure.objects.create(
        community=membership.community,
        membership=membership,
        person=membership.person,
        kind=kind,
        rule_id=rule_id[:40],
        rule_title=str(rule.get("title", ""))[:200] if rule else "",
        rules_number=membership.rules_number,
        reason=reason.strip()[: rules.REASON_LENGTH],
        until=until,
        taken_by=actor,
        taken_role=communities.highest_role(actor, membership.community),
        taken_at=now(),
    )


def _stands(measure: Measure | None, application: "Application | None") -> bool:
    if measure:
        return measure.overturned_at is None and application is None
    return application is not None and application.state == "refused"


def _undo(actor: "Person", appeal: Appeal) -> None:
    """Make the decision undone, whatever it was."""
    if appeal.application:
        community_actions.accept_after_appeal(actor=actor, application=appeal.application)
        return
    measure = appeal.measure
    if measure is None:
        return
    measure.overturned_at = now()
    measure.save(update_fields=["overturned_at"])
    if measure.kind in UNDONE:
        publish(
            events.ContentDecided(
                community_id=measure.community_id,
                actor_id=actor.pk,
                person_id=measure.person_id,
                act=UNDONE[measure.kind],
                target_type=measure.target_type,
                target_id=measure.target_id or 0,
                measure_id=measure.pk,
            )
        )
        return
    membership = measure.membership
    if membership is None:
        return
    if measure.kind == Kind.REMOVAL:
        community_actions.reinstate(actor=actor, membership=membership)
    elif measure.kind == Kind.SUSPENSION:
        community_actions.undo_suspension(actor=actor, membership=membership)


def _about(measure: Measure, actor: "Person") -> dict[str, Any]:
    return {
        "community_id": measure.community_id,
        "actor_id": actor.pk,
        "person_id": measure.person_id,
    }


def _appeal(appeal: Appeal, actor: "Person") -> dict[str, Any]:
    return {
        "community_id": appeal.community_id,
        "actor_id": actor.pk,
        "person_id": appeal.person_id,
        "appeal_id": appeal.pk,
        "against": queries.against(appeal),
    }
