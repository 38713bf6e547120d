"""Coming in: applying, being decided on, being admitted."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from qunluo.community import events
from qunluo.community.actions.entering import about, join, let_in, settle, tell_withdrawn
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
from qunluo.community.queries.entering import accepted_application, ticket_of
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
BY_THEMSELVES = {rules.OPEN, rules.QUESTIONS, rules.FEE}


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

    Where entry has a price it is accepted and waits for the payment (let_in), which a tier that
    one holds already stands for. Asking twice returns the same. `despite_scope`
    confirms after an OutsideScope warning.
    RecruitmentClosed, InvitationNeeded, FeeNotPossible, RulesNotAccepted, AnswersMissing,
    OutsideScope, RemovedBefore, RefusedRecently, CommunityClosed.
    """
    if here := membership_of(actor, community) or waiting_application(actor, community):
        return here
    if paid := _paid(actor, community):
        return paid
    wanted = entry_terms(community)
    _check_door(actor, community)
    if before := _accepted_before(actor, community):
        return before
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
        publish(events.CriterionVerified(**about(application, actor.pk)))
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
        publish(events.ApplicationAccepted(**about(application, actor.pk)))
        if not _to_pay(application):
            _join_applicant(application)
    else:
        publish(events.ApplicationRefused(**about(application, actor.pk)))
    return application


@write_tx
def accept_after_appeal(*, actor: "Person", application: Application) -> Membership | None:
    """Let somebody in whose refusal was overturned; governance calls this with its decision.

    None where they come in once they have paid.
    """
    require(actor, application.community, "members.admit")
    _check_welcome(application.person, application.community)
    changed = Application.objects.filter(pk=application.pk, state=State.REFUSED).update(
        state=State.ACCEPTED, decided_at=now(), decided_by=actor
    )
    if not changed:
        raise AlreadyEnded
    application.refresh_from_db()
    publish(events.ApplicationAccepted(**about(application, actor.pk)))
    return None if _to_pay(application) else _join_applicant(application)


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


def _check_door(actor: "Person", community: Community) -> None:
    """Refuse what no answer can change, the most lasting reason first."""
    _check_welcome(actor, community)
    if community.stage == Community.Stage.PRIVATE or not community.recruiting:
        raise RecruitmentClosed(community=community.name)
    if community.selection == rules.INVITATION:
        raise InvitationNeeded(community=community.name)
    if community.selection == rules.FEE and not community.entry_tiers:
        raise FeeNotPossible(community=community.name)
    last = last_application(actor, community)
    if last and last.state == State.REFUSED and last.decided_at:
        again = rules.may_ask_again_at(last.decided_at)
        if again > now():
            raise RefusedRecently(date=again.date(), application_id=last.pk)


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
        return asked if _to_pay(asked) else _join_applicant(asked)
    try:
        with write_tx():
            asked.save()
    except IntegrityError:
        return Application.objects.get(
            community=asked.community, person=asked.person, state=State.WAITING
        )
    publish(events.ApplicationMade(**about(asked, asked.person_id)))
    return asked


def _refuse_by_rule(asked: Application, words: list[str]) -> Application:
    asked.state, asked.decided_at = State.REFUSED, asked.made_at
    reason = str(pick(rules.OUTSIDE, asked.person.language))
    asked.reason = reason.format(words=enumerated(words, asked.person.language))[:400]
    asked.save()
    publish(events.ApplicationRefusedByRule(**about(asked, asked.person_id)))
    return asked


def _paid(actor: "Person", community: Community) -> Membership | None:
    """Let in at once who has paid for it, where entry has a price."""
    fee = community.selection == rules.FEE
    return let_in(person=actor, community=community) if fee else None


def _accepted_before(actor: "Person", community: Community) -> Application | None:
    """Return an application that waits for its payment alone, while the same rules count."""
    before = accepted_application(actor, community)
    if community.selection != rules.FEE or before is None:
        return None
    return before if before.rules_number == _current(community) else None


def _to_pay(application: Application) -> bool:
    """Tell whether an accepted applicant is let in once they have paid, and has not yet."""
    community = application.community
    if community.selection != rules.FEE:
        return False
    return ticket_of(application.person, community) is None


def _join_applicant(application: Application) -> Membership:
    selection = application.community.selection
    ticket = (
        ticket_of(application.person, application.community) if selection == rules.FEE else None
    )
    return join(
        person=application.person,
        community=application.community,
        via=selection if selection in BY_THEMSELVES else Membership.Via.VETTING,
        inviter=None,
        actor_id=application.decided_by_id or application.person_id,
        rules_number=application.rules_number,
        label_claim=application.label_claim,
        paid_until=ticket.until if ticket else None,
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
