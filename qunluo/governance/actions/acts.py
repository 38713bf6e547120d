"""Linking what was done to a value of the charter, standing behind it, and taking it back."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import F

from qunluo.community import queries as communities
from qunluo.governance import events
from qunluo.governance.actions.checks import check_text
from qunluo.governance.actions.content import cited, record, said_reason
from qunluo.governance.actions.reports import Target
from qunluo.governance.errors import (
    ActNotFound,
    ActTouchesARule,
    AlreadyLinked,
    BlockedBetween,
    InvalidAct,
    NothingDecided,
    OwnAct,
)
from qunluo.governance.models import Act, ActSecond, Vote
from qunluo.governance.queries.acts import MODERATE, values_of
from qunluo.governance.queries.away import are_blocked
from qunluo.governance.rules import acts as rules
from qunluo.governance.rules.words import rule_of
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.tx import write_tx
from qunluo.people.queries import get_person

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.governance.models import Measure
    from qunluo.people.models import Person


def link_vote(*, actor: "Person", vote: Vote, value: str, sentence: str) -> Act:
    """Link a vote that was decided to a value; the act is that of who carried it out, or asked.

    NothingDecided, and what link_act raises.
    """
    if vote.outcome not in {"passed", "chosen"}:
        raise NothingDecided
    doer = vote.task_owner if vote.task_done_at and vote.task_owner else vote.asked_by
    target = Target(rules.VOTE, vote.pk, doer, path=f"/c/{vote.community.slug}/votes/{vote.pk}/")
    at = vote.task_done_at or vote.closed_at or vote.opened_at
    return link_act(
        actor=actor, community=vote.community, target=target, happened_at=at, value=value,
        sentence=sentence,
    )  # fmt: skip


def link_act(
    *,
    actor: "Person",
    community: "Community",
    target: Target,
    happened_at: datetime,
    value: str,
    sentence: str,
) -> Act:
    """Say in one sentence how something that happened shows a value; its doer hears of it.

    One's own act is marked as such. InvalidAct, AlreadyLinked, BlockedBetween, ActTouchesARule,
    MembersOnly, Suspended, TooMany.
    """
    communities.require_member(actor, community)
    sentence = " ".join(sentence.replace("\0", "").split())
    if wrong := rules.faults(value, sentence, values_of(community)):
        raise InvalidAct(fields=wrong)
    if target.author.pk != actor.pk and are_blocked(actor.pk, target.author.pk):
        raise BlockedBetween
    if hit := check_text(community, sentence):
        raise ActTouchesARule(rule=rule_of(hit.category))
    limit("act", actor.pk, times=rules.ACTS_A_DAY, seconds=86_400)
    return _linked(actor, community, target, happened_at, value, sentence)


@write_tx
def _linked(
    actor: "Person",
    community: "Community",
    target: Target,
    happened_at: datetime,
    value: str,
    sentence: str,
) -> Act:
    try:
        with write_tx():
            act = Act.objects.create(
                community=community,
                value=value,
                sentence=sentence,
                target_type=target.type,
                target_id=target.id,
                path=target.path,
                doer=target.author,
                linked_by=actor,
                happened_at=happened_at,
                linked_at=now(),
            )
    except IntegrityError:
        raise AlreadyLinked from None
    publish(
        events.ActLinked(
            community_id=community.pk,
            actor_id=actor.pk,
            person_id=target.author.pk,
            act_id=act.pk,
            value=value,
        )
    )
    return act


@write_tx
def second_act(*, actor: "Person", act: Act) -> Act:
    """Stand behind an act that one neither did nor wrote down; once. OwnAct, ActNotFound."""
    communities.require_member(actor, act.community)
    if actor.pk in {act.doer_id, act.linked_by_id}:
        raise OwnAct
    _made, new = ActSecond.objects.get_or_create(act=act, person=actor, defaults={"made_at": now()})
    if new:
        _count(act, 1)
        publish(
            events.ActSeconded(
                community_id=act.community_id,
                actor_id=actor.pk,
                person_id=act.doer_id,
                act_id=act.pk,
            )
        )
    return act


@write_tx
def unsecond_act(*, actor: "Person", act: Act) -> Act:
    """No longer stand behind an act; nothing happens when one did not. ActNotFound."""
    communities.require_member(actor, act.community)
    gone, _rows = ActSecond.objects.filter(act=act, person=actor).delete()
    if gone:
        _count(act, -1)
    return act


@write_tx
def withdraw_act(*, actor: "Person", act: Act) -> None:
    """Take an act out of the log: who wrote it down may, and who it is about. ActNotFound."""
    if actor.pk not in {act.doer_id, act.linked_by_id}:
        raise ActNotFound
    if not Act.objects.filter(pk=act.pk, withdrawn_at=None).update(withdrawn_at=now()):
        raise ActNotFound
    publish(
        events.ActWithdrawn(
            community_id=act.community_id,
            actor_id=actor.pk,
            person_id=act.doer_id,
            act_id=act.pk,
        )
    )


@write_tx
def remove_act(*, actor: "Person", act: Act, rule_id: str, reason: str) -> "Measure":
    """Take what somebody wrote down about another out of the log, under a rule; it is appealable.

    UnknownRule, ReasonMissing, NoReason, ActNotFound, PermissionMissing.
    """
    communities.require(actor, act.community, MODERATE)
    writer = get_person(pk=act.linked_by_id)
    rule = cited(writer, act.community, rule_id)
    reason = said_reason(reason)
    if not Act.objects.filter(pk=act.pk, withdrawn_at=None).update(withdrawn_at=now()):
        raise ActNotFound
    measure = record(
        actor=actor,
        community=act.community,
        author=writer,
        act="remove",
        target=("act", act.pk, f"/c/{act.community.slug}/acts/"),
        words=act.sentence,
        rule=rule,
        reason=reason,
    )
    Act.objects.filter(pk=act.pk).update(measure=measure)
    publish(
        events.ActRemoved(
            community_id=act.community_id,
            actor_id=actor.pk,
            person_id=writer.pk,
            act_id=act.pk,
            rule_id=measure.rule_id,
        )
    )
    return measure


@write_tx
def restore_act(measure_id: int) -> None:
    """Let an act stand again after an appeal, unless the same was linked anew meanwhile."""
    act = Act.objects.filter(measure_id=measure_id, withdrawn_at__isnull=False).first()
    if act is None:
        return
    again = Act.objects.filter(
        community=act.community_id,
        value=act.value,
        target_type=act.target_type,
        target_id=act.target_id,
        withdrawn_at=None,
    )
    if not again.exists():
        Act.objects.filter(pk=act.pk).update(withdrawn_at=None)


def _count(act: Act, by: int) -> None:
    if not Act.objects.filter(pk=act.pk, withdrawn_at=None).update(seconds=F("seconds") + by):
        raise ActNotFound
    act.refresh_from_db(fields=["seconds"])
