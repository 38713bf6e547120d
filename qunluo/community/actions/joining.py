"""Coming in: applying, being decided on, being admitted."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F

from qunluo.community import events
from qunluo.community.actions.grants import lock
from qunluo.community.errors import (
    AlreadyEnded,
    AnswersMissing,
    CommunityClosed,
    CriterionNotVerified,
    FeeNotPossible,
    InvitationNeeded,
    OutsideScope,
    OwnApplication,
    ReasonMissing,
    RecruitmentClosed,
    RefusedRecently,
    RemovedBefore,
    RulesNotAccepted,
)
from qunluo.community.models import Application, Community, Membership
from qunluo.community.queries.charter import current_charter
from qunluo.community.queries.joining import (
    entry_terms,
    last_application,
    waiting_application,
)
from qunluo.community.queries.membership import current_rules, is_banned, membership_of
from qunluo.community.queries.permissions import require
from qunluo.community.rules import joining as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _, enumerated, pick
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = Application.State


@write_tx
def apply(
    *,
    actor: "Person",
    community: Community,
    answers: Mapping[str, Any] | None = None,
    accepted_rules: int = 0,
    label_claim: str = "",
    criterion_claim: str = "",
    despite_scope: bool = False,
) -> Application | Membership:
    """Ask to join: a Membership when that suffices, else an Application, waiting or refused.

    Asking twice returns the same. `despite_scope` confirms after an OutsideScope warning.
    RecruitmentClosed, InvitationNeeded, FeeNotPossible, RulesNotAccepted, AnswersMissing,
    OutsideScope, RemovedBefore, RefusedRecently, CommunityClosed.
    """
    if here := membership_of(actor, community) or waiting_application(actor, community):
        return here
    wanted = entry_terms(community)
    _check_door(actor, community)
    number = _accepted(community, accepted_rules)
    said = rules.clean_answers(wanted.questions, answers or {})
    claim = criterion_claim.strip()[: rules.CLAIM_LENGTH]
    if gaps := rules.missing(wanted, said, claim):
        raise AnswersMissing(fields=gaps)
    words = rules.outside_words(wanted, [*said.values(), claim])
    if words and not wanted.refuses_outside and not despite_scope:
        raise OutsideScope(words=words)
    asked = Application(
        community=community,
        person=actor,
        asked={question.id: question.text for question in wanted.questions},
        answers=said,
        criterion_claim=claim,
        scope_warning=enumerated(words, community.language)[:200],
        label_claim=_claim(label_claim),
        rules_number=number,
        made_at=now(),
    )
    if words and wanted.refuses_outside:
        return _refuse_by_rule(asked, words)
    return _file(asked, wait=wanted.decided_by_people)


@write_tx
def withdraw_application(*, actor: "Person", application: Application) -> Application:
    """Take back one's own waiting application; AlreadyEnded when it was decided."""
    if application.person_id != actor.pk:
        raise OwnApplication(_("Only the person who applied can take the application back."))
    if not settle(application, State.WITHDRAWN, decided_by=None):
        raise AlreadyEnded
    tell_withdrawn(application, actor.pk)
    return application


@write_tx
def verify_criterion(
    *, actor: "Person", application: Application, verified: bool = True
) -> Application:
    """Note that an operator has checked the applicant's claim (F07)."""
    _check_decider(actor, application)
    application.criterion_verified = verified
    application.save(update_fields=["criterion_verified"])
    if verified:
        publish(events.CriterionVerified(**_about(application, actor.pk)))
    return application


@write_tx
def decide_application(
    *, actor: "Person", application: Application, accept: bool, reason: str = ""
) -> Application:
    """Accept (the applicant becomes a member) or refuse with a reason that they will read.

    ReasonMissing, CriterionNotVerified, AlreadyEnded, OwnApplication, CommunityClosed,
    PermissionMissing.
    """
    _check_decider(actor, application)
    reason = reason.strip()
    if not accept and not reason:
        raise ReasonMissing(fields={"reason": [_("Please give a reason.")]})
    if accept:
        _check_acceptable(application)
    if not settle(application, State.ACCEPTED if accept else State.REFUSED, actor, reason):
        raise AlreadyEnded
    if accept:
        publish(events.ApplicationAccepted(**_about(application, actor.pk)))
        _join_applicant(application)
    else:
        publish(events.ApplicationRefused(**_about(application, actor.pk)))
    return application


@write_tx
def accept_after_appeal(*, actor: "Person", application: Application) -> Membership:
    """Let somebody in whose refusal was overturned; governance calls this with its decision."""
    require(actor, application.community, "members.admit")
    _check_welcome(application.person, application.community)
    changed = Application.objects.filter(pk=application.pk, state=State.REFUSED).update(
        state=State.ACCEPTED, decided_at=now(), decided_by=actor
    )
    if not changed:
        raise AlreadyEnded
    application.refresh_from_db()
    publish(events.ApplicationAccepted(**_about(application, actor.pk)))
    return _join_applicant(application)


@write_tx
def admit(
    *,
    person: "Person",
    community: Community,
    via: str,
    inviter: "Person | None" = None,
    actor: "Person | None" = None,
    accepted_rules: int = 0,
    label_claim: str = "",
) -> Membership:
    """Make somebody a member by an invitation, an import or founding; twice gives the same.

    `accepted_rules` must be the current version; the founder, who wrote it, need not say so.
    CommunityClosed, RemovedBefore, RulesNotAccepted.
    """
    if here := membership_of(person, community):
        return here
    _check_welcome(person, community)
    founder = via == Membership.Via.FOUNDING
    number = _current(community) if founder else _accepted(community, accepted_rules)
    return join(
        person=person,
        community=community,
        via=via,
        inviter=inviter,
        actor_id=actor.pk if actor else person.pk,
        rules_number=number,
        label_claim=_claim(label_claim),
    )


def join(
    *,
    person: "Person",
    community: Community,
    via: str,
    inviter: "Person | None",
    actor_id: int,
    rules_number: int,
    label_claim: str,
) -> Membership:
    """Take the next number and become a member; a simultaneous second call gets the first's result.

    Call it inside write_tx. The counter moves in the same savepoint as the row, so no number is
    lost; whoever comes second waits for the community's row and then meets the unique constraint.
    """
    at, charter = now(), current_charter(community)
    try:
        with write_tx():
            Community.objects.filter(pk=community.pk).update(
                next_member_number=F("next_member_number") + 1, member_count=F("member_count") + 1
            )
            following = Community.objects.values_list("next_member_number", flat=True)
            made = Membership.objects.create(
                community=community,
                person=person,
                number=following.get(pk=community.pk) - 1,
                via=via,
                inviter=inviter,
                label_claim=label_claim,
                rules_number=rules_number,
                charter_number=charter.number if charter else 0,
                joined_at=at,
                last_active_on=at.date(),
            )
    except IntegrityError:
        return Membership.objects.get(
            community=community, person=person, status=Membership.Status.ACTIVE
        )
    if waiting := waiting_application(person, community):
        settle(waiting, State.WITHDRAWN, decided_by=None)
        tell_withdrawn(waiting, person.pk)
    publish(
        events.MemberJoined(
            community_id=community.pk,
            actor_id=actor_id,
            person_id=person.pk,
            membership_id=made.pk,
            number=made.number,
            via=via,
            inviter_id=inviter.pk if inviter else None,
        )
    )
    return made


def _check_door(actor: "Person", community: Community) -> None:
    """Refuse what no answer can change, the most lasting reason first."""
    _check_welcome(actor, community)
    if community.stage == Community.Stage.PRIVATE or not community.recruiting:
        raise RecruitmentClosed(community=community.name)
    if community.selection == rules.INVITATION:
        raise InvitationNeeded(community=community.name)
    if community.selection == rules.FEE:
        raise FeeNotPossible(community=community.name)
    last = last_application(actor, community)
    if last and last.state == State.REFUSED and last.decided_at:
        again = rules.may_ask_again_at(last.decided_at)
        if again > now():
            raise RefusedRecently(date=f"{again:%Y-%m-%d}", application_id=last.pk)


def _check_welcome(person: "Person", community: Community) -> None:
    if community.stage == Community.Stage.CLOSED:
        raise CommunityClosed(community=community.name)
    if is_banned(person, community):
        raise RemovedBefore(community=community.name)


def _accepted(community: Community, number: int) -> int:
    """Return the version that counts, which is the one the newcomer must have accepted."""
    current = _current(community)
    if current and number != current:
        raise RulesNotAccepted(
            number=current, fields={"accepted_rules": [_("Please accept the rules.")]}
        )
    return current


def _current(community: Community) -> int:
    found = current_rules(community)
    return found.number if found else 0


def _claim(said: str) -> str:
    return said if said in rules.CLAIMS else ""


def _file(asked: Application, *, wait: bool) -> Application | Membership:
    """Store the application; accept it at once unless somebody has to decide."""
    if not wait:
        asked.state, asked.decided_at = State.ACCEPTED, asked.made_at
        lock(asked.community)  # a double click must not leave two accepted applications
        if here := membership_of(asked.person, asked.community):
            return here
        asked.save()
        return _join_applicant(asked)
    try:
        with write_tx():
            asked.save()
    except IntegrityError:
        return Application.objects.get(
            community=asked.community, person=asked.person, state=State.WAITING
        )
    publish(events.ApplicationMade(**_about(asked, asked.person_id)))
    return asked


def _refuse_by_rule(asked: Application, words: list[str]) -> Application:
    asked.state, asked.decided_at = State.REFUSED, asked.made_at
    reason = str(pick(rules.OUTSIDE, asked.person.language))
    asked.reason = reason.format(words=enumerated(words, asked.person.language))[:400]
    asked.save()
    publish(events.ApplicationRefusedByRule(**_about(asked, asked.person_id)))
    return asked


def _join_applicant(application: Application) -> Membership:
    selection = application.community.selection
    return join(
        person=application.person,
        community=application.community,
        via=selection if selection in {rules.OPEN, rules.QUESTIONS} else Membership.Via.VETTING,
        inviter=None,
        actor_id=application.decided_by_id or application.person_id,
        rules_number=application.rules_number,
        label_claim=application.label_claim,
    )


def _check_decider(actor: "Person", application: Application) -> None:
    require(actor, application.community, "members.admit")
    if application.person_id == actor.pk:
        raise OwnApplication


def _check_acceptable(application: Application) -> None:
    _check_welcome(application.person, application.community)
    if entry_terms(application.community).criterion:
        application.refresh_from_db(fields=["criterion_verified"])
        if not application.criterion_verified:
            raise CriterionNotVerified


def settle(
    application: Application, state: str, decided_by: "Person | None", reason: str = ""
) -> bool:
    """Move a waiting application to its end; return False when somebody was quicker."""
    moved = Application.objects.filter(pk=application.pk, state=State.WAITING).update(
        state=state, decided_at=now(), decided_by=decided_by, reason=reason[:400]
    )
    if moved:
        application.refresh_from_db()
    return bool(moved)


def tell_withdrawn(application: Application, actor_id: int | None) -> None:
    """Publish that an application was taken back; nobody in particular when all came to an end."""
    publish(events.ApplicationWithdrawn(**_about(application, actor_id)))


def _about(application: Application, actor_id: int | None) -> dict[str, Any]:
    return {
        "community_id": application.community_id,
        "actor_id": actor_id,
        "person_id": application.person_id,
        "application_id": application.pk,
    }
