"""Short questions to every member: one answer each a round, and no name when it has ended."""

from datetime import timedelta

import pytest

from qunluo.community.errors import MembersOnly, PermissionMissing
from qunluo.conversation import actions, jobs, queries
from qunluo.conversation.actions import surveying
from qunluo.conversation.errors import (
    AnsweredAlready,
    InvalidAnswer,
    SurveyNotFound,
    SurveyOver,
    SurveyRuns,
    SurveyTooSoon,
)
from qunluo.conversation.models import SurveyAnswer
from qunluo.conversation.rules import surveys as rules
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.kernel.models import EventRecord
from qunluo.people.queries import get_person
from qunluo.reach import queries as reach
from qunluo.reach.models import Notice
from tests.conversation.makers import community, member, person
from tests.web.conversation.test_talk import browser

pytestmark = [pytest.mark.django_db, pytest.mark.req("R16", "V11")]


@pytest.fixture
def farm():
    made = community()
    made.people = [member(made) for _n in range(6)]
    return made


def begin(farm, question="fit"):
    return actions.open_survey(actor=farm.owner, community=farm, question=question)


def answer(farm, who, rating, question="fit"):
    actions.answer_survey(actor=who, community=farm, question=question, rating=rating)


def end(farm, question="fit"):
    actions.end_survey(actor=farm.owner, community=farm, question=question)


def seen(farm, who=None, question="fit"):
    return queries.survey(farm, question, viewer=who or farm.owner)


def test_every_member_is_asked_once_and_a_round_tells_its_mean_when_it_has_ended(farm):
    begin(farm)
    drain()
    one = farm.people[0]
    notice = Notice.objects.get(person=one, what="survey")
    known = reach.known_of(one, [notice])[notice.pk]
    assert known.path == f"/c/{farm.slug}/calendar/#survey"
    for who, rating in zip(farm.people, (5, 4, 4, 2, 5), strict=False):
        answer(farm, who, rating)
    with pytest.raises(AnsweredAlready):
        answer(farm, one, 1)
    asked = seen(farm)
    assert (asked.runs, asked.n, asked.rounds) == (True, 5, []), "nothing is told while it runs"
    assert seen(farm, one).answered
    notice.refresh_from_db()
    assert notice.read_at, "whoever has answered is asked no more"
    assert seen(farm, one).n == 0, "a member is not told how many answered"
    end(farm)
    (told,) = seen(farm).rounds
    assert (told.outcome.n, told.outcome.mean, told.outcome.spread) == (5, 4.0, (0, 1, 0, 2, 2))
    assert seen(farm, one).rounds == []
    assert not SurveyAnswer.objects.exclude(person=None).exists(), "nobody's name is left"
    kept = list(SurveyAnswer.objects.order_by("pk").values_list("rating", flat=True))
    assert kept == [2, 4, 4, 5, 5], "no place tells who answered when"
    assert not reach.known_of(one, [notice]), "what has ended asks nobody"


def test_members_are_told_some_at_a_time_and_nobody_twice(farm, monkeypatch):
    monkeypatch.setattr(surveying, "TOLD_AT_ONCE", 2)

    def told():
        return sorted(Notice.objects.filter(what="survey").values_list("person_id", flat=True))

    begin(farm)
    drain()
    ids = sorted(who.pk for who in farm.people)
    first = told()
    assert len(first) < len(ids)
    rest = next(who for who in farm.people if who.pk not in first)
    answer(farm, rest, 5)
    (pk,) = queries.rounds_to_tell_of()
    assert surveying.tell_of_survey(pk)
    jobs.tell_the_others_of_questions()
    assert told() == [pk for pk in ids if pk != rest.pk], "whoever answered needs no call"
    assert not queries.rounds_to_tell_of()
    assert not surveying.tell_of_survey(pk)


def test_of_fewer_than_five_answers_nothing_is_told(farm):
    begin(farm)
    for who in farm.people[: rules.ENOUGH - 1]:
        answer(farm, who, 1)
    end(farm)
    (told,) = seen(farm).rounds
    assert told.outcome is None
    assert not SurveyAnswer.objects.exists(), "what is never told is not kept"


def test_a_round_ends_by_itself_and_another_comes_after_four_weeks(farm, travel):
    with travel(now()) as clock:
        begin(farm)
        with pytest.raises(SurveyRuns):
            begin(farm)
        begin(farm, "lead")  # the other question is another matter
        clock.move(rules.RUNS + timedelta(seconds=1))
        with pytest.raises(SurveyOver):
            answer(farm, farm.people[0], 3)
        assert actions.end_surveys() == 2
        assert actions.end_surveys() == 0
        with pytest.raises(SurveyTooSoon):
            begin(farm)
        with pytest.raises(SurveyOver):
            end(farm)
        clock.move(timedelta(days=15))
        assert begin(farm).number == 2
        answer(farm, farm.people[0], 3)


def test_only_who_leads_asks_and_only_members_answer(farm):
    one = farm.people[0]
    for act in (actions.open_survey, actions.end_survey):
        with pytest.raises(PermissionMissing):
            act(actor=one, community=farm, question="fit")
    with pytest.raises(SurveyNotFound):
        begin(farm, "weather")
    begin(farm)
    for wrong in (0, 6, -1):
        with pytest.raises(InvalidAnswer):
            answer(farm, one, wrong)
    with pytest.raises(MembersOnly):
        answer(farm, person(), 3)
    end(farm)
    names = set(EventRecord.objects.filter(audit=True).values_list("name", flat=True))
    assert {"conversation.survey_opened", "conversation.survey_ended"} <= names
    assert not EventRecord.objects.filter(actor_id=one.pk, name__contains="survey").exists()


def test_what_one_answers_is_ones_own_while_the_round_runs(farm):
    begin(farm)
    one = farm.people[0]
    answer(farm, one, 2)
    (mine,) = queries.own_documents(get_person(pk=one.pk))["answers"]
    assert (mine["survey__question"], mine["rating"]) == ("fit", 2)
    actions.erase(one)
    assert not SurveyAnswer.objects.exists()


@pytest.mark.above_the_database
@pytest.mark.parametrize(("question", "place"), [("fit", "calendar/"), ("lead", "talk/honours/")])
def test_the_pages_ask_and_tell(farm, question, place):
    leads, home, act = browser(farm.owner), f"/c/{farm.slug}/{place}", f"/c/{farm.slug}/survey/"
    assert "Ask every member" in leads.get(home).text
    assert "survey" not in browser(farm.people[0]).get(home).text
    assert leads.post(f"{act}{question}/", {"do": "open"})["Location"] == f"{home}#survey"
    for who in farm.people[:5]:
        me = browser(who)
        assert 'name="rating" value="5"' in me.get(home).text
        assert me.post(f"{act}{question}/", {"rating": "9"}).status_code == 422
        assert me.post(f"{act}{question}/", {"rating": "4"}).status_code == 302
        assert "You have answered" in me.get(home).text
        assert me.post(f"{act}{question}/", {"do": "end"}).status_code == 403
    assert "5 members answered" in leads.get(home).text
    leads.post(f"{act}{question}/", {"do": "end"})
    told = leads.get(home).text
    assert "<b>4.0</b>" in told
    assert "n = 5" in told
    assert leads.post(f"{act}weather/", {"do": "open"}).status_code == 404


def test_a_round_that_cannot_be_ended_keeps_no_other_from_ending(farm, travel, monkeypatch):
    end_one, broken = surveying._end, []

    def stumble_once(running, actor_id):
        if not broken:
            broken.append(running)
            raise OSError
        return end_one(running, actor_id)

    monkeypatch.setattr(surveying, "_end", stumble_once)
    with travel(now()) as clock:
        begin(farm)
        begin(farm, "lead")
        clock.move(rules.RUNS + timedelta(seconds=1))
        assert actions.end_surveys() == 1
        assert len(queries.ended_rounds()) == 1
