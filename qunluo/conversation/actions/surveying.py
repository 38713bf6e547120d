"""Asking every member a short question: a round at a time, one answer each, nobody's name after."""

import logging
from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community.queries import active_members, require, require_member
from qunluo.conversation import events
from qunluo.conversation.errors import (
    AnsweredAlready,
    InvalidAnswer,
    SurveyOver,
    SurveyRuns,
    SurveyTooSoon,
)
from qunluo.conversation.models import Survey, SurveyAnswer
from qunluo.conversation.queries.calendar import PUBLISH
from qunluo.conversation.queries.surveys import (
    again_at,
    ended_rounds,
    question_of,
    rounds_to_tell_of,
    running_round,
)
from qunluo.conversation.rules import surveys as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.reach.actions import News, notify, read_about

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

SURVEY = "survey"
TOLD_AT_ONCE = 500
log = logging.getLogger(__name__)


@write_tx
def open_survey(*, actor: "Person", community: "Community", question: str) -> Survey:
    """Ask every member a question for two weeks; at most every four weeks.

    SurveyNotFound, SurveyRuns, SurveyTooSoon, PermissionMissing (posts.publish).
    """
    require(actor, community, PUBLISH)
    question_of(question)
    _end_due(community, question)
    if running_round(community, question):
        raise SurveyRuns
    if at := again_at(community, question):
        raise SurveyTooSoon(day=at.date())
    number = Survey.objects.filter(community=community, question=question).count() + 1
    try:
        with write_tx():
            made = Survey.objects.create(
                community=community, question=question, number=number, opened_by=actor,
                opened_at=now(), ends_at=now() + rules.RUNS, told_to=0,
            )  # fmt: skip
    except IntegrityError:
        raise SurveyRuns from None
    publish(
        events.SurveyOpened(
            community_id=community.pk, actor_id=actor.pk, survey_id=made.pk, question=question,
            number=number,
        )
    )  # fmt: skip
    return made


@write_tx
def answer_survey(*, actor: "Person", community: "Community", question: str, rating: int) -> None:
    """Answer the round that runs, once, from 1 to 5; no event tells who did.

    InvalidAnswer, AnsweredAlready, SurveyNotFound, SurveyOver, MembersOnly, Suspended.
    """
    require_member(actor, community)
    question_of(question)
    if not rules.LEAST <= rating <= rules.MOST:
        raise InvalidAnswer(fields={"rating": [_("From 1 to 5.")]})
    running = running_round(community, question)
    if running is None:
        raise SurveyOver
    # The row is held, so that no answer keeps its name when the round ends meanwhile.
    if not Survey.objects.select_for_update().filter(pk=running.pk, ended_at=None).first():
        raise SurveyOver
    try:
        with write_tx():
            SurveyAnswer.objects.create(survey=running, person=actor, rating=rating)
    except IntegrityError:
        raise AnsweredAlready from None
    read_about(actor.pk, SURVEY, running.pk)


@write_tx
def end_survey(*, actor: "Person", community: "Community", question: str) -> None:
    """End the round that runs before its time. SurveyNotFound, SurveyOver, PermissionMissing."""
    require(actor, community, PUBLISH)
    question_of(question)
    running = running_round(community, question)
    if running is None or not _end(running, actor.pk):
        raise SurveyOver


def end_surveys() -> int:
    """End the rounds whose time is over; return how many."""
    ended = 0
    for one in ended_rounds():
        try:
            ended += _end(one, None)
        except Exception:  # one broken round keeps no other from ending
            log.exception("Round %s of a survey could not be ended", one.pk)
    return ended


@write_tx
def tell_of_survey(survey_id: int) -> bool:
    """Tell the next members that a question waits for them; False when all of them are told.

    So many at once, each time in a transaction of its own, so that nobody waits long to write.
    """
    untold = Survey.objects.select_for_update(of=("self",)).select_related("community")
    asked = untold.filter(pk=survey_id, told_to__isnull=False).first()
    if asked is None:
        return False
    members = active_members(asked.community).filter(person_id__gt=asked.told_to)
    ids = members.order_by("person_id").values_list("person_id", flat=True)
    people = [] if asked.ended_at else list(ids[:TOLD_AT_ONCE])
    if people:
        answered = SurveyAnswer.objects.filter(survey=asked, person_id__in=people)
        _tell(asked, set(people) - set(answered.values_list("person_id", flat=True)))
    asked.told_to = people[-1] if len(people) == TOLD_AT_ONCE else None
    asked.save(update_fields=["told_to"])
    return asked.told_to is not None


def tell_of_surveys() -> None:
    """Tell the members who have not heard yet of the rounds that run."""
    for pk in rounds_to_tell_of():
        try:
            while tell_of_survey(pk):
                pass
        except Exception:  # one broken round keeps no other from being told
            log.exception("Round %s of a survey could not be told", pk)


def _tell(asked: Survey, people: set[int]) -> None:
    notify(
        people,
        News(
            what="survey",
            reason="asked",
            key=f"survey:{asked.pk}",
            cause=f"survey{asked.pk}",
            community_id=asked.community_id,
            actor_id=asked.opened_by_id,
            subject=SURVEY,
            subject_id=asked.pk,
            scopes=(f"community:{asked.community_id}",),
            at=asked.opened_at,
        ),
    )


@write_tx
def forget_answers(person: "Person") -> None:
    """Delete what an erased person answered in rounds that run; of others nobody knows it."""
    SurveyAnswer.objects.filter(person=person).delete()


def _end_due(community: "Community", question: str) -> None:
    over = Survey.objects.filter(community=community, question=question, ended_at=None)
    for one in over.filter(ends_at__lte=now()):
        _end(one, None)


@write_tx
def _end(running: Survey, actor_id: int | None) -> bool:
    """End a round; False when somebody was quicker.

    Its answers are written anew, without names and in the order of what they say, so that no
    place tells who answered when; fewer than are ever told are not kept at all.
    """
    if not Survey.objects.filter(pk=running.pk, ended_at=None).update(ended_at=now()):
        return False
    given = SurveyAnswer.objects.filter(survey=running)
    ratings = sorted(given.values_list("rating", flat=True))
    given.delete()
    if len(ratings) >= rules.ENOUGH:
        SurveyAnswer.objects.bulk_create(
            SurveyAnswer(survey=running, rating=rating) for rating in ratings
        )
    publish(
        events.SurveyEnded(
            community_id=running.community_id, actor_id=actor_id, survey_id=running.pk,
            question=running.question, number=running.number,
        )
    )  # fmt: skip
    return True
