"""Putting questions to everybody, voting, counting, and what a yes binds to."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from qunluo.community import actions as community_actions
from qunluo.community import queries as communities
from qunluo.governance import events
from qunluo.governance.errors import (
    InvalidVote,
    NoTask,
    NotYourTask,
    NotYourVote,
    VoteClosed,
    VotedBefore,
    VoteRunning,
)
from qunluo.governance.models import Ballot, Vote, Voter
from qunluo.governance.queries.votes import OPEN_VOTES, due_votes
from qunluo.governance.rules import votes as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

State = Vote.State


@write_tx
def open_vote(
    *,
    actor: "Person",
    community: "Community",
    question: str,
    text: str = "",
    options: Iterable[str] = (),
    secret: bool = True,
    quorum: int = rules.QUORUM_DEFAULT,
    majority: int = 50,
    days: int = 7,
    closes_at: datetime | None = None,
    thread_number: int | None = None,
    task: str = "",
    task_owner: "Person | None" = None,
    task_due_on: date | None = None,
    goal: Mapping[str, Any] | None = None,
    entitled: bool = False,
) -> Vote:
    """Put a question to everybody who is a member at this moment; later members have no part.

    Without options it is yes, no or abstain, and a yes may bind a member to a task by a day.
    `goal`: what a yes makes the one goal of the community. `entitled`: a higher room found that
    this person may, without the permission. InvalidVote, VoteRunning, PermissionMissing,
    MembersOnly.
    """
    communities.require_member(actor, community)
    if not entitled:
        communities.require(actor, community, OPEN_VOTES)
    moment = now()
    given: dict[str, Any] = {
        "question": " ".join(question.replace("\0", "").split()),
        "text": text.replace("\0", "").strip(),
        "options": [" ".join(one.replace("\0", "").split()) for one in options if one.strip()],
        "quorum": quorum,
        "majority": majority,
        "closes_at": closes_at or moment + timedelta(days=days),
        "task": " ".join(task.replace("\0", "").split()),
        "task_owner": task_owner,
        "task_due_on": task_due_on,
        "goal": dict(goal) if goal else None,
    }
    if wrong := rules.faults(given, moment):
        raise InvalidVote(fields=wrong)
    if not given["task"]:
        given |= {"task_owner": None, "task_due_on": None}
    elif communities.membership_of(given["task_owner"], community) is None:
        raise InvalidVote(fields={"task_owner": [_("There is no member of this name here.")]})
    able = list(communities.active_members(community).values_list("person_id", flat=True))
    try:
        with write_tx():
            vote = Vote.objects.create(
                community=community,
                asked_by=actor,
                secret=secret,
                thread_number=thread_number,
                opened_at=moment,
                electorate=len(able),
                **given,
            )
    except IntegrityError:
        raise VoteRunning from None
    Voter.objects.bulk_create((Voter(vote=vote, person_id=pk) for pk in able), batch_size=500)
    publish(
        events.VoteOpened(
            community_id=community.pk,
            actor_id=actor.pk,
            vote_id=vote.pk,
            thread_number=thread_number,
            electorate=len(able),
        )
    )
    return vote


@write_tx
def cast_ballot(*, actor: "Person", vote: Vote, choice: str) -> Vote:
    """Vote, once and for good. In a secret vote nothing says afterwards who chose what.

    Suspending somebody does not take their vote. VoteClosed, VotedBefore, NotYourVote, InvalidVote.
    """
    # Counting takes the same row, so that no ballot falls between the count and the close.
    locked = Vote.objects.select_for_update().select_related("community").get(pk=vote.pk)
    if locked.state != State.OPEN or locked.closes_at <= now():
        raise VoteClosed
    if choice not in rules.choices(locked.options):
        raise InvalidVote(fields={"choice": [_("Choose one of those that are offered.")]})
    if communities.membership_of(actor, locked.community) is None:
        raise NotYourVote
    mine = Voter.objects.filter(vote=locked, person=actor)
    if not mine.filter(voted=False).update(voted=True):
        raise VotedBefore if mine.exists() else NotYourVote
    Ballot.objects.create(vote=locked, choice=choice, person=None if locked.secret else actor)
    return locked


@write_tx
def close_vote(pk: int) -> Vote | None:
    """Count a vote whose time is over; None when it is not, or somebody counted it before."""
    vote = Vote.objects.select_for_update().get(pk=pk)
    if vote.state != State.OPEN or vote.closes_at > now():
        return None
    result = rules.count(
        Ballot.objects.filter(vote=vote).values_list("choice", flat=True),
        options=vote.options,
        electorate=vote.electorate,
        quorum=vote.quorum,
        majority=vote.majority,
    )
    vote.state, vote.closed_at = State.CLOSED, now()
    vote.outcome, vote.counts, vote.chosen = result.outcome, dict(result.counts), result.chosen
    vote.save(update_fields=["state", "closed_at", "outcome", "counts", "chosen"])
    if vote.goal and vote.outcome == rules.PASSED:
        community_actions.change_goal(
            community=vote.community, goal=vote.goal, vote_id=vote.pk, asked_by_id=vote.asked_by_id
        )
    publish(
        events.VoteEnded(
            community_id=vote.community_id,
            person_id=vote.asked_by_id,
            vote_id=vote.pk,
            thread_number=vote.thread_number,
            outcome=vote.outcome,
            voted=sum(result.counts.values()),
            electorate=vote.electorate,
        )
    )
    return vote


def close_due_votes() -> int:
    """Count every vote whose time is over; return how many."""
    return sum(close_vote(pk) is not None for pk in due_votes(limit=100))


@write_tx
def finish_task(*, actor: "Person", vote: Vote, note: str) -> Vote:
    """Report what a vote had bound somebody to as done, with a note that everybody reads.

    By who took it on, or who may open votes. NoTask, NotYourTask, InvalidVote.
    """
    if actor.pk != vote.task_owner_id and OPEN_VOTES not in communities.permissions_of(
        actor, vote.community
    ):
        raise NotYourTask
    note = note.replace("\0", "").strip()
    if not 1 <= len(note) <= rules.NOTE_LENGTH:
        raise InvalidVote(fields={"note": [_("Say what came of it, in at most 400 characters.")]})
    binding = Vote.objects.filter(pk=vote.pk, outcome=rules.PASSED, task_done_at=None)
    if not binding.exclude(task="").update(task_done_at=now(), task_note=note):
        raise NoTask
    vote.refresh_from_db()
    publish(
        events.TaskDone(
            community_id=vote.community_id,
            actor_id=actor.pk,
            person_id=vote.asked_by_id,
            vote_id=vote.pk,
            thread_number=vote.thread_number,
        )
    )
    return vote
