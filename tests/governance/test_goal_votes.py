"""The one goal changes only through a recorded vote of the members (F20)."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from qunluo.community import actions as communities
from qunluo.community import queries
from qunluo.community.errors import GoalLocked, PermissionMissing
from qunluo.governance import actions, errors
from qunluo.kernel.clock import now, travel
from qunluo.kernel.models import EventRecord
from tests.community.charter.makers import fresh, save
from tests.community.makers import member

pytestmark = [pytest.mark.django_db, pytest.mark.req("F20")]
GOAL = {"metric": "Families with a box", "target": 200, "due_on": "2031-06-30"}
WISH = {"metric": "Families with a box", "target": 150, "due_on": date(2031, 12, 31),
        "why": "The second field was flooded."}  # fmt: skip


@pytest.fixture
def town():
    made = fresh("T14", language="en")
    save(made, "goal", **GOAL)
    communities.confirm_goal(actor=made.owner, community=made)
    communities.publish_charter(actor=made.owner, community=made)
    made.people = [made.owner, member(made, "Mei"), member(made, "Li")]
    return made


def ask(town, **more):
    return actions.put_goal_to_vote(actor=town.owner, community=town, **WISH | more)


def counted(town, vote, *said):
    for who, choice in zip(town.people, said, strict=False):
        actions.cast_ballot(actor=who, vote=vote, choice=choice)
    with travel(now() + timedelta(days=8)):
        actions.close_due_votes()
    vote.refresh_from_db()
    return vote.outcome


def test_a_yes_of_the_members_makes_it_the_goal_and_a_version_of_the_charter(town):
    vote = ask(town)
    assert "150 Families with a box" in vote.question
    assert queries.operating_goal(town).target == 200
    assert counted(town, vote, "yes", "yes", "yes") == "passed"
    goal = queries.operating_goal(town)
    assert (goal.target, goal.due_on, goal.vote_id) == (150, date(2031, 12, 31), vote.pk)
    assert [one.target for one in queries.goal_history(town)] == [150, 200]
    versions = queries.charter_versions(town)
    assert [one.values["goal"]["target"] for one in versions] == [150, 200]
    assert queries.step_page(town, town.owner, "goal").values["target"] == 150
    assert EventRecord.objects.get(name="community.goal_amended").data["vote_id"] == vote.pk
    with pytest.raises(GoalLocked):
        save(town, "goal", target=10)


@pytest.mark.parametrize(
    ("said", "outcome"), [(("yes", "no", "yes"), "passed"), (("yes", "no"), "failed"),
                          ((), "quorum")]
)  # fmt: skip
def test_without_two_thirds_or_enough_votes_it_stays(town, said, outcome):
    assert counted(town, ask(town), *said) == outcome
    assert queries.operating_goal(town).target == (150 if outcome == "passed" else 200)


def test_a_vote_changes_the_goal_once_and_the_next_vote_may_change_it_again(town):
    first = ask(town)
    with pytest.raises(errors.VoteRunning), transaction.atomic():
        ask(town, target=90)
    counted(town, first, "yes", "yes", "yes")
    given = {"community": town, "goal": first.goal, "vote_id": first.pk}
    assert communities.change_goal(**given, asked_by_id=town.owner.pk) is None
    counted(town, ask(town, target=120), "yes", "yes", "yes")
    assert [one.target for one in queries.goal_history(town)] == [120, 150, 200]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"target": 0}, "target"),
        ({"metric": " "}, "metric"),
        ({"metric": "x" * 81}, "metric"),
        ({"due_on": date(2001, 1, 1)}, "due_on"),
        ({"why": " "}, "why"),
        ({"target": 200, "due_on": date(2031, 6, 30)}, "target"),
    ],
)
def test_what_is_put_to_the_vote_is_a_goal_and_another_one(town, wrong, field):
    with pytest.raises(errors.InvalidVote) as refused:
        ask(town, **wrong)
    assert list(refused.value.fields) == [field]


def test_without_a_goal_there_is_none_to_change_and_members_do_not_open_the_vote(town):
    other = fresh("T14")
    with pytest.raises(errors.NoGoalYet):
        actions.put_goal_to_vote(actor=other.owner, community=other, **WISH)
    with pytest.raises(PermissionMissing):
        actions.put_goal_to_vote(actor=town.people[1], community=town, **WISH)


def test_what_a_vote_decided_is_locked_too(town):
    counted(town, ask(town), "yes", "yes", "yes")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE community_goalamendment SET target = 1")
