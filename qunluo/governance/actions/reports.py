"""Reporting, and deciding what was reported or held back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F

from qunluo.community import queries as communities
from qunluo.governance import events
from qunluo.governance.actions import measures
from qunluo.governance.actions.content import cited, record, said_reason
from qunluo.governance.errors import (
    AlreadyReported,
    CaseDecidedBefore,
    InvalidDecision,
    InvalidReport,
    OwnCase,
    OwnThing,
)
from qunluo.governance.models import Case, Measure, Report
from qunluo.governance.ports import benches
from qunluo.governance.queries.cases import permission_to_decide
from qunluo.governance.rules import cases as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

DAY = 24 * 60 * 60
ACTS = {rules.REMOVE: "remove", rules.LABEL: "label", rules.RELEASE: "release"}


@dataclass(frozen=True)
class Target:
    """A thing of a higher room, as far as governance knows it, with a copy as evidence.

    A line of evidence has name, text, at (ISO), and `reported` for the one that it is about.
    """

    type: str
    id: int
    author: "Person"
    path: str = ""
    private: bool = False
    evidence: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def file_report(
    *, actor: "Person", community: "Community", target: Target, rule_id: str = "", text: str = ""
) -> Report:
    """Report something to who keeps order: under a rule, or in words. They hear the outcome.

    OwnThing, AlreadyReported, InvalidReport, MembersOnly, TooMany.
    """
    communities.require_member(actor, community)
    if target.author.pk == actor.pk:
        raise OwnThing
    text = text.replace("\0", "").strip()
    rule = _rule_now(community, rule_id)
    if rule_id and rule is None:
        raise InvalidReport(fields={"rule_id": [_("Choose one of the rules of the community.")]})
    if rule is None and not text:
        raise InvalidReport(fields={"text": [_("Say what is wrong, or choose a rule.")]})
    if len(text) > rules.TEXT_LENGTH:
        raise InvalidReport(fields={"text": [_("At most 1,000 characters.")]})
    limit("report", actor.pk, times=rules.REPORTS_A_DAY, seconds=DAY)
    return _filed(actor, community, target, rule, text)


@write_tx
def _filed(
    actor: "Person",
    community: "Community",
    target: Target,
    rule: Mapping[str, str] | None,
    text: str,
) -> Report:
    case = open_case(community, target)
    try:
        with write_tx():
            report = Report.objects.create(
                case=case,
                reporter=actor,
                rule_id=str(rule["id"])[:40] if rule else "",
                rule_title=str(rule["title"])[:200] if rule else "",
                text=text,
                filed_at=now(),
            )
    except IntegrityError:
        raise AlreadyReported from None
    sooner = F("turn_at") - rules.TURN_PER_REPORT if case.reports else F("turn_at")
    Case.objects.filter(pk=case.pk).update(reports=F("reports") + 1, turn_at=sooner)
    # Who reported stands in no log: only in the queue, for who decides.
    publish(
        events.Reported(
            community_id=community.pk,
            person_id=target.author.pk,
            case_id=case.pk,
            target_type=target.type,
        )
    )
    return report


def open_case(community: "Community", target: Target, **more: Any) -> Case:
    """Return the open case about a thing, made when there is none; needs a transaction."""
    known = {"community": community, "target_type": target.type, "target_id": target.id}
    moment = now()
    fresh = Case(
        **known,
        author=target.author,
        path=target.path,
        private=target.private,
        evidence=[dict(line) for line in target.evidence],
        opened_at=moment,
        turn_at=moment,
        **more,
    )
    Case.objects.bulk_create([fresh], ignore_conflicts=True)
    return Case.objects.select_for_update().get(**known, state=Case.State.OPEN)


@write_tx
def decide_case(
    *,
    actor: "Person",
    case: Case,
    outcome: str,
    rule_id: str = "",
    reason: str = "",
    days: int = 7,
) -> Case:
    """Decide what was reported or held back; beyond nothing it takes a rule and a reason.

    Never by who wrote it, is meant or reported it. OwnCase, CaseDecidedBefore, InvalidDecision,
    NoReason, PermissionMissing, and what measures about members raise.
    """
    communities.require(actor, case.community, permission_to_decide(case))
    if actor.pk == case.author_id or case.said.filter(reporter=actor).exists():
        raise OwnCase
    if outcome not in rules.outcomes_for(case.target_type):
        raise InvalidDecision(fields={"outcome": [_("Choose one of those that are offered.")]})
    mild = outcome in {rules.NOTHING, rules.RELEASE}
    if not mild:
        benches.check(actor, case.community, (case.target_type, case.target_id))
    reason = reason.replace("\0", "").strip() if mild else said_reason(reason)
    measure = None if mild else _measure(actor, case, outcome, rule_id, reason, days)
    decided = Case.objects.filter(pk=case.pk, state=Case.State.OPEN).update(
        state=Case.State.DECIDED,
        outcome=outcome,
        measure=measure,
        reason=reason[:400],
        decided_by=actor,
        decided_at=now(),
    )
    if not decided:
        raise CaseDecidedBefore
    case.refresh_from_db()
    about: dict[str, Any] = {
        "community_id": case.community_id,
        "person_id": case.author_id,
        "target_type": case.target_type,
        "target_id": case.target_id,
    }
    publish(
        events.CaseDecided(
            **about, actor_id=actor.pk, case_id=case.pk, source=case.source, outcome=outcome
        )
    )
    if outcome == rules.RELEASE:
        publish(events.ContentDecided(**about, actor_id=actor.pk, act=ACTS[outcome]))
    return case


@write_tx
def plead(*, actor: "Person", case: Case, text: str) -> Case:
    """Say something to a post of one's own that is held back. CaseDecidedBefore, InvalidReport."""
    text = text.replace("\0", "").strip()
    if not text or len(text) > rules.PLEA_LENGTH:
        raise InvalidReport(fields={"text": [_("Between 1 and 400 characters.")]})
    mine = Case.objects.filter(pk=case.pk, author=actor, state=Case.State.OPEN)
    if not mine.update(plea=text):
        raise CaseDecidedBefore
    case.refresh_from_db()
    return case


def _measure(
    actor: "Person", case: Case, outcome: str, rule_id: str, reason: str, days: int
) -> Measure:
    """Take the measure that was chosen; what it lacks is refused by whoever takes it."""
    membership = communities.membership_of(case.author, case.community)
    if outcome in rules.ABOUT_PEOPLE:
        if membership is None:
            raise InvalidDecision(fields={"outcome": [_("They are no member any more.")]})
        about: dict[str, Any] = {
            "actor": actor, "membership": membership, "rule_id": rule_id, "reason": reason,
        }  # fmt: skip
        if outcome == rules.SUSPEND:
            return measures.suspend_member(**about, until=now() + timedelta(days=days))
        if outcome == rules.REMOVE_MEMBER:
            return measures.remove_member(**about)
        return measures.warn_member(**about)
    return record(
        actor=actor,
        community=case.community,
        author=case.author,
        act=ACTS[outcome],
        target=(case.target_type, case.target_id, case.path),
        words="\n".join(str(line.get("text", "")) for line in case.evidence
                        if line.get("reported", True)),
        rule=cited(case.author, case.community, rule_id, case.category),
        reason=reason,
    )  # fmt: skip


def _rule_now(community: "Community", rule_id: str) -> Mapping[str, str] | None:
    current = communities.current_rules(community)
    rules_now: list[dict[str, str]] = current.rules if current and rule_id else []
    return next((rule for rule in rules_now if str(rule.get("id")) == rule_id), None)
