from datetime import timedelta

import pytest

from qunluo.community import actions as community_actions
from qunluo.community import errors as community_errors
from qunluo.conversation import actions as talk
from qunluo.conversation import errors as talk_errors
from qunluo.conversation import queries as talking
from qunluo.conversation.models import Thread
from qunluo.governance import actions, errors, queries
from qunluo.governance.models import Ballot, Vote, Voter
from qunluo.governance.rules import votes as rules
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import drain
from qunluo.kernel.models import EventRecord
from qunluo.people.actions import erase_person
from tests.community.makers import member, membership, person
from tests.governance.makers import farm

pytestmark = pytest.mark.django_db


def ask(made, **more):
    return actions.open_vote(actor=made.owner, community=made, question="A new oven?", **more)


def end(clock, days=7):
    clock.move(timedelta(days=days, minutes=1))
    return actions.close_due_votes()


@pytest.mark.req("O05", "O06")
def test_everybody_has_one_vote_and_the_result_is_public_with_the_turnout():
    made, cast, _square, _opened = farm()
    with travel(now()) as clock:
        vote = ask(made, secret=False)
        for who, choice in ((cast.mei, "yes"), (cast.li, "yes"), (cast.operator, "no")):
            actions.cast_ballot(actor=who, vote=vote, choice=choice)
        with pytest.raises(errors.VotedBefore):
            actions.cast_ballot(actor=cast.mei, vote=vote, choice="no")
        view = queries.get_vote(vote.pk, viewer=cast.mei)
        assert (view.voted, view.turnout, view.may_vote, view.cast) == (3, 0.75, False, [])
        assert {line.count for line in view.lines} == {None}  # nothing is told before the end
        assert end(clock) == 1
        assert end(clock) == 0
        view = queries.get_vote(vote.pk, viewer=cast.li)
        assert (view.vote.outcome, view.vote.counts) == (
            "passed",
            {"yes": 2, "no": 1, "abstain": 0},
        )
        assert [(card.name, said) for card, said in view.cast] == [
            ("Li", "yes"), ("Mei", "yes"), ("Operator", "no"),
        ]  # fmt: skip
        with pytest.raises(errors.VoteClosed):
            actions.cast_ballot(actor=cast.owner, vote=vote, choice="yes")
        assert EventRecord.objects.filter(name="governance.vote_ended").count() == 1


@pytest.mark.req("O05")
def test_there_is_no_weight_to_buy():
    columns = {field.name for model in (Vote, Voter, Ballot) for field in model._meta.get_fields()}
    assert not {
        name for name in columns if "weight" in name or "points" in name or "shares" in name
    }


@pytest.mark.req("O05")
def test_a_secret_ballot_leads_to_nobody():
    made, cast, _square, _opened = farm()
    with travel(now()) as clock:
        vote = ask(made)
        before = EventRecord.objects.count()
        for who in (cast.mei, cast.li, cast.operator, cast.owner):
            actions.cast_ballot(actor=who, vote=vote, choice="yes" if who == cast.mei else "no")
        assert EventRecord.objects.count() == before  # nor does the log say who voted when
        assert set(Ballot.objects.values_list("person", flat=True)) == {None}
        assert {f.name for f in Ballot._meta.get_fields()} == {"id", "vote", "choice", "person"}
        assert {f.name for f in Voter._meta.get_fields()} == {"id", "vote", "person", "voted"}
        numbers = list(Ballot.objects.values_list("pk", flat=True))
        assert max(numbers) > 2**40  # drawn, not counted
        end(clock)
        assert queries.get_vote(vote.pk, viewer=cast.mei).cast == []
        assert queries.own_documents(cast.mei)["open_ballots"] == []


@pytest.mark.req("O05")
def test_the_electorate_is_who_was_a_member_when_the_vote_opened():
    made, cast, _square, _opened = farm()
    vote = ask(made)
    late = member(made, "Late")
    assert queries.get_vote(vote.pk, viewer=late).vote.electorate == 4
    with pytest.raises(errors.NotYourVote):
        actions.cast_ballot(actor=late, vote=vote, choice="yes")
    community_actions.leave(actor=cast.li, membership=membership(cast.li, made))
    with pytest.raises(errors.NotYourVote):
        actions.cast_ballot(actor=cast.li, vote=vote, choice="yes")
    with pytest.raises(errors.VoteNotFound):
        queries.get_vote(vote.pk, viewer=person())


def test_suspending_somebody_does_not_take_their_vote():
    made, cast, _square, _opened = farm()
    vote = ask(made)
    actions.suspend_member(
        actor=cast.owner, membership=membership(cast.mei, made), rule_id="r1", reason="Shouts.",
        until=now() + timedelta(days=7),
    )  # fmt: skip
    actions.cast_ballot(actor=cast.mei, vote=vote, choice="no")


@pytest.mark.parametrize(
    ("ballots", "more", "outcome", "chosen"),
    [
        (["yes", "no"], {}, "failed", ""),
        (["yes", "yes", "no"], {}, "passed", ""),
        (["yes", "yes", "no"], {"majority": 66}, "passed", ""),
        (["yes", "yes", "no"], {"majority": 67}, "failed", ""),
        (["yes"], {"electorate": 4, "quorum": 30}, "quorum", ""),
        (["yes", "abstain"], {"electorate": 4, "quorum": 50}, "passed", ""),
        (["abstain"], {}, "failed", ""),
        ([], {"quorum": 0}, "quorum", ""),
        (["0", "1", "1"], {"options": ["Red", "Blue"]}, "chosen", "Blue"),
        (["0", "1"], {"options": ["Red", "Blue"]}, "failed", ""),
    ],
)
def test_how_ballots_are_counted(ballots, more, outcome, chosen):
    given = {"options": [], "electorate": len(ballots), "quorum": 0, "majority": 50, **more}
    result = rules.count(ballots, **given)
    assert (result.outcome, result.chosen) == (outcome, chosen)


def test_a_vote_that_lacks_something_says_what():
    made, cast, _square, _opened = farm()
    soon = now() + timedelta(days=8)
    for wrong, field in (
        ({"question": " "}, "question"), ({"question": "x" * 121}, "question"),
        ({"options": ["one"]}, "options"), ({"options": ["a", "A"]}, "options"),
        ({"options": ["x" * 81, "y"]}, "options"), ({"quorum": 101}, "quorum"),
        ({"majority": 49}, "majority"), ({"majority": 100}, "majority"),
        ({"days": 61}, "closes_at"), ({"days": 0}, "closes_at"),
        ({"task": "Buy it"}, "task_owner"),
        ({"task": "Buy it", "task_owner": cast.mei}, "task_due_on"),
        ({"task": "Buy it", "task_owner": person(), "task_due_on": soon.date()}, "task_owner"),
        ({"task": "x", "options": ["a", "b"]}, "task"),
    ):  # fmt: skip
        with pytest.raises(errors.InvalidVote) as caught:
            actions.open_vote(**{"actor": made.owner, "community": made, "question": "Q?", **wrong})
        assert field in caught.value.fields
    with pytest.raises(community_errors.PermissionMissing):
        actions.open_vote(actor=cast.mei, community=made, question="Q?")
    vote = ask(made)
    with pytest.raises(errors.InvalidVote):
        actions.cast_ballot(actor=cast.mei, vote=vote, choice="maybe")


def proposal(cast, square):
    return talk.write_post(
        actor=cast.mei, space=square, kind="proposal", title="A shared oven", source="For all."
    )


def state(of):
    return Thread.objects.get(pk=of.pk).state


@pytest.mark.req("O06")
def test_a_proposal_goes_to_the_vote_binds_somebody_and_is_done():
    made, cast, square, _opened = farm()
    with travel(now()) as clock:
        idea = proposal(cast, square)
        with pytest.raises(talk_errors.NotYourMove):
            talk.put_to_vote(actor=cast.mei, thread=idea)
        opener = talking.read_thread(made, idea.number, viewer=cast.li, after=0).posts[0]
        for who in (cast.li, cast.operator, cast.owner):
            talk.react(actor=who, post=talking.get_post(opener.id, viewer=who), reaction="second")
        idea = talking.get_thread(made, idea.number, viewer=cast.mei)
        due = (now() + timedelta(days=30)).date()
        vote = talk.put_to_vote(
            actor=cast.mei, thread=idea, task="Build the oven", task_person="Li", task_due_on=due
        )
        drain()
        assert state(idea) == "voting"
        for who in (cast.mei, cast.li):
            actions.cast_ballot(actor=who, vote=vote, choice="yes")
        end(clock)
        drain()
        card = talking.read_thread(made, idea.number, viewer=cast.owner).card
        assert (card.state.name, card.assignee.name, card.due_on) == ("accepted", "Li", due)
        view = queries.get_vote(vote.pk, viewer=cast.li)
        assert (view.binding, view.may_finish, view.overdue) == (True, True, False)
        with pytest.raises(errors.NotYourTask):
            actions.finish_task(actor=cast.mei, vote=vote, note="Done")
        with pytest.raises(errors.InvalidVote):
            actions.finish_task(actor=cast.li, vote=vote, note=" ")
        clock.move(timedelta(days=40))
        assert queries.get_vote(vote.pk, viewer=cast.li).overdue
        actions.finish_task(actor=cast.li, vote=vote, note="It stands and bakes.")
        with pytest.raises(errors.NoTask):
            actions.finish_task(actor=cast.li, vote=vote, note="Again")
        drain()
        assert state(idea) == "done"


@pytest.mark.req("O06")
def test_a_proposal_that_is_not_accepted_can_be_talked_over_again():
    made, cast, square, _opened = farm()
    with travel(now()) as clock:
        idea = proposal(cast, square)
        talk.put_to_vote(actor=cast.operator, thread=idea, quorum=100)
        drain()
        with pytest.raises(talk_errors.StateMoved):
            talk.put_to_vote(
                actor=cast.operator, thread=talking.get_thread(made, idea.number, viewer=cast.mei)
            )
        end(clock)
        drain()
        assert state(idea) == "declined"
        talk.move_state(actor=cast.mei, thread=idea, move="reopen", text="With fewer bricks.")
        assert state(idea) == "discussing"
        other = talk.write_post(actor=cast.mei, space=square, title="Talk", source="Just talk.")
        with pytest.raises(talk_errors.UnknownMove):
            talk.put_to_vote(actor=cast.operator, thread=other)


@pytest.mark.req("O05")
def test_two_ballots_of_one_member_at_once_are_one(race):
    made, cast, _square, _opened = farm()
    vote = ask(made)
    outcome = race(
        2, lambda n: actions.cast_ballot(actor=cast.mei, vote=vote, choice=["yes", "no"][n])
    )
    assert outcome.winners == 1
    assert isinstance(outcome.errors[0], errors.VotedBefore)
    assert Ballot.objects.count() == 1


def test_two_who_count_at_once_count_once(race):
    made, _cast, _square, _opened = farm()
    vote = ask(made)
    Vote.objects.update(closes_at=now() - timedelta(minutes=1))
    outcome = race(2, lambda _n: actions.close_vote(vote.pk))
    assert [found is not None for found in outcome.results].count(True) == 1
    assert EventRecord.objects.filter(name="governance.vote_ended").count() == 1


def test_votes_stay_counted_when_an_account_is_erased():
    made, cast, _square, _opened = farm()
    with travel(now()) as clock:
        vote = ask(made, secret=False)
        actions.cast_ballot(actor=cast.mei, vote=vote, choice="yes")
        erase_person(actor=cast.mei)
        end(clock)
        vote.refresh_from_db()
        assert vote.counts["yes"] == 1
