from datetime import timedelta
from types import SimpleNamespace

import pytest

from qunluo.kernel import actions, queries
from qunluo.kernel.actions import NotDead
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import Courier, reacts_to
from qunluo.kernel.errors import NotFound
from qunluo.kernel.models import ParkedEvent
from tests.kernel.makers import OPERATOR, Happened, happen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dead():
    """A dead letter of community 1, and the switch that would let it through."""
    state = SimpleNamespace(broken=True, seen=[])

    @reacts_to(Happened)
    def stubborn(event):
        if state.broken and event.community_id == 1:
            raise ValueError("broken")
        state.seen.append(event.number)

    happen(1, community_id=1)
    happen(2, community_id=2)
    Courier().turn()
    ParkedEvent.objects.update(attempts=7, next_try_at=now())
    Courier().turn()
    (letter,) = queries.dead_letters()
    state.id = letter.id
    return state


def test_a_dead_letter_is_listed_for_its_community_only(dead):
    assert [letter.id for letter in queries.dead_letters(1)] == [dead.id]
    assert queries.dead_letters(2) == []
    assert queries.dead_letters(before=dead.id) == []
    assert queries.worker_state().dead == 1


def test_the_state_of_the_work_counts_what_is_due(dead):
    assert queries.worker_state().behind == 0
    happen(3)
    assert queries.worker_state().behind == 1
    Courier().turn()
    assert (queries.worker_state().behind, queries.worker_state().waiting) == (0, 1)


def test_a_replay_runs_it_once_and_is_in_the_audit_log(dead):
    dead.broken = False
    actions.replay_dead_letter(actor=OPERATOR, letter=dead.id)
    Courier().turn()
    Courier().turn()
    assert sorted(dead.seen) == [1, 2]
    assert queries.dead_letters() == []
    (act,) = queries.audit_log(1)
    assert (act.name, act.actor_id) == ("kernel.dead_letter_replayed", OPERATOR.pk)


def test_a_replay_that_fails_is_dead_again_at_once(dead):
    actions.replay_dead_letter(actor=OPERATOR, letter=dead.id)
    Courier().turn()
    assert [letter.id for letter in queries.dead_letters(1)] == [dead.id]


def test_a_letter_cannot_be_replayed_twice(dead):
    dead.broken = False
    actions.replay_dead_letter(actor=OPERATOR, letter=dead.id)
    with pytest.raises(NotDead):
        actions.replay_dead_letter(actor=OPERATOR, letter=dead.id)
    Courier().turn()
    with pytest.raises(NotDead):
        actions.replay_dead_letter(actor=OPERATOR, letter=dead.id)
    assert dead.seen.count(1) == 1


def test_a_discarded_letter_is_gone_and_in_the_audit_log(dead):
    actions.discard_dead_letter(actor=OPERATOR, letter=dead.id)
    dead.broken = False
    Courier().turn()
    assert 1 not in dead.seen
    assert [act.name for act in queries.audit_log(1)] == ["kernel.dead_letter_discarded"]
    with pytest.raises(NotDead):
        actions.discard_dead_letter(actor=OPERATOR, letter=dead.id)


def test_another_communitys_letter_does_not_exist(dead):
    for act in (actions.replay_dead_letter, actions.discard_dead_letter):
        with pytest.raises(NotFound):
            act(actor=OPERATOR, letter=dead.id, community_id=2)
        with pytest.raises(NotFound):
            act(actor=OPERATOR, letter=dead.id + 999)


def test_two_operators_replay_one_letter_once(dead, race):
    outcome = race(4, lambda: actions.replay_dead_letter(actor=OPERATOR, letter=dead.id))
    assert outcome.winners == 1
    assert all(isinstance(error, NotDead) for error in outcome.errors)


def test_settled_receipts_are_forgotten_after_a_month(dead):
    actions.discard_dead_letter(actor=OPERATOR, letter=dead.id)
    assert actions.forget_settled() == 0
    with travel(now() + timedelta(days=31)):
        assert actions.forget_settled() == 1
