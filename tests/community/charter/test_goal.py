"""One operating goal, locked once confirmed (F20)."""

import pytest
from django.db import DatabaseError, connection, transaction

from qunluo.community import actions, queries
from qunluo.community.errors import GoalIncomplete, GoalLocked
from tests.community.charter.makers import fresh, save

pytestmark = [pytest.mark.django_db, pytest.mark.req("F20")]
GOAL = {"metric": "每周收到菜箱的家庭数", "target": 200, "due_on": "2031-06-30"}


def confirmed():
    community = fresh("T14")
    save(community, "goal", **GOAL)
    actions.confirm_goal(actor=community.owner, community=community)
    return community


@pytest.mark.parametrize("lacking", list(GOAL))
def test_a_goal_needs_a_metric_a_target_and_a_date(lacking):
    community = fresh("T14")
    save(community, "goal", **{name: v for name, v in GOAL.items() if name != lacking})
    with pytest.raises(GoalIncomplete) as refused:
        actions.confirm_goal(actor=community.owner, community=community)
    assert lacking in refused.value.fields


def test_a_goal_lies_in_the_future():
    community = fresh("T14")
    save(community, "goal", **GOAL | {"due_on": "2001-01-01"})
    with pytest.raises(GoalIncomplete):
        actions.confirm_goal(actor=community.owner, community=community)


def test_once_confirmed_it_is_locked_in_the_draft_and_says_what_would_change_it():
    community = confirmed()
    with pytest.raises(GoalLocked) as refused:
        save(community, "goal", target=100)
    assert "vote" in refused.value.say(str)[1]
    with pytest.raises(GoalLocked):
        actions.confirm_goal(actor=community.owner, community=community)
    with pytest.raises(GoalLocked):
        actions.amend_goal(actor=community.owner, community=community)
    assert queries.step_page(community, community.owner, "goal").locked
    assert queries.operating_goal(community).target == 200


def test_saving_the_same_goal_again_is_no_change():
    community = confirmed()
    assert save(community, "goal", **GOAL).values["target"] == 200


@pytest.mark.parametrize(
    "sql", ["UPDATE community_operatinggoal SET target = 1", "DELETE FROM community_operatinggoal"]
)
def test_the_lock_is_real(sql):
    confirmed()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_campaigns_wait_for_the_goal():
    assert queries.closed_gates(fresh("T14"), ["campaign"])
    assert not queries.closed_gates(confirmed(), ["campaign"])


@pytest.mark.django_db(transaction=True)
def test_two_founders_confirm_at_once_and_one_goal_stands(race):
    community = fresh("T14")
    save(community, "goal", **GOAL)
    outcome = race(2, lambda: actions.confirm_goal(actor=community.owner, community=community))
    assert outcome.winners == 1
    assert isinstance(outcome.errors[0], GoalLocked)
