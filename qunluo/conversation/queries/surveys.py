"""Short questions to every member: whether one runs, and what the rounds before came to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from qunluo.community.queries import communities_of
from qunluo.conversation.errors import SurveyNotFound
from qunluo.conversation.models import Survey, SurveyAnswer
from qunluo.conversation.queries.calendar import PUBLISH
from qunluo.conversation.queries.sight import sight_of_member
from qunluo.conversation.rules import surveys as rules
from qunluo.kernel.clock import now
from qunluo.kernel.text import pick
from qunluo.reach.ports import Known

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer
    from qunluo.people.models import Person

MOST_ROUNDS = 12
PLACES = {"calendar": "calendar/#survey", "honours": "talk/honours/#survey"}


@dataclass(frozen=True)
class Round:
    """A round that has ended; without an outcome where too few answered."""

    number: int
    opened_at: datetime
    ended_at: datetime
    outcome: rules.Outcome | None


@dataclass(frozen=True)
class SurveyView:
    """A question as a member sees it: the round that runs, and for who leads, what came of it.

    `again_at` is when the next round can begin.
    """

    question: rules.Question
    number: int
    ends_at: datetime | None
    may_answer: bool
    answered: bool
    leads: bool
    n: int
    rounds: list[Round]
    again_at: datetime | None

    @property
    def runs(self) -> bool:
        """Return whether answers are taken now."""
        return self.ends_at is not None


def survey(community: "Community", name: str, *, viewer: "Viewer") -> SurveyView:
    """Return one of the questions of a community; SurveyNotFound, MembersOnly."""
    question = question_of(name)
    sight = sight_of_member(viewer, community)
    running = running_round(community, name)
    leads = PUBLISH in sight.permissions
    given = SurveyAnswer.objects.filter(survey=running) if running else None
    answered = bool(given and given.filter(person_id=sight.person_id or 0).exists())
    return SurveyView(
        question,
        running.number if running else 0,
        running.ends_at if running else None,
        may_answer=bool(running and not answered and not sight.standing.suspended_until),
        answered=answered,
        leads=leads,
        n=given.count() if given is not None and leads else 0,
        rounds=_rounds(community, name) if leads else [],
        again_at=again_at(community, name) if leads and not running else None,
    )


def question_of(name: str) -> rules.Question:
    """Return one of the questions; SurveyNotFound."""
    found = rules.questions().get(name)
    if found is None:
        raise SurveyNotFound
    return found


def survey_names() -> list[str]:
    """Return the names of the questions."""
    return list(rules.questions())


def running_round(community: "Community", name: str) -> Survey | None:
    """Return the round of a question that takes answers now."""
    found = Survey.objects.filter(community=community, question=name, ended_at=None)
    return found.filter(ends_at__gt=now()).first()


def again_at(community: "Community", name: str) -> datetime | None:
    """Return when the next round of a question can begin; None for now."""
    found = Survey.objects.filter(community=community, question=name).order_by("-number").first()
    at = found.opened_at + rules.AGAIN_AFTER if found else None
    return at if at and at > now() else None


def ended_rounds(limit: int = 50) -> list[Survey]:
    """Return the rounds whose time is over and that nobody has ended; for the schedule."""
    return list(Survey.objects.filter(ended_at=None, ends_at__lte=now())[:limit])


def rounds_to_tell_of(limit: int = 50) -> list[int]:
    """Return the rounds (ids) of which not every member has been told; for the schedule."""
    rows = Survey.objects.filter(told_to__isnull=False).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def find_survey(pk: int) -> Survey | None:
    """Return a round by its id; for the software itself."""
    return Survey.objects.select_related("community").filter(pk=pk).first()


def known_surveys(person: "Person", ids: Collection[int]) -> Mapping[int, Known]:
    """Return what a person may know of rounds that run in their communities, by id."""
    here = {one.community.pk for one in communities_of(person)}
    rows = Survey.objects.select_related("community").filter(
        pk__in=list(ids), community_id__in=here, ended_at=None, ends_at__gt=now()
    )
    return {one.pk: _known(one, person.language) for one in rows}


def _known(one: Survey, language: str) -> Known:
    question = rules.questions()[one.question]
    path = f"/c/{one.community.slug}/{PLACES[question.place]}"
    return Known(str(pick(question.title, language)), one.community.name, path)


def _rounds(community: "Community", name: str) -> list[Round]:
    past = Survey.objects.filter(community=community, question=name, ended_at__isnull=False)
    rows = list(past.order_by("-number")[:MOST_ROUNDS])
    given: dict[int, list[int]] = {one.pk: [] for one in rows}
    answers = SurveyAnswer.objects.filter(survey__in=rows)
    for survey_id, rating in answers.values_list("survey_id", "rating"):
        given[survey_id].append(rating)
    return [
        Round(one.number, one.opened_at, one.ended_at, rules.outcome(given[one.pk]))
        for one in rows
        if one.ended_at is not None
    ]
