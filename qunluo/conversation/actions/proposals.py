"""A proposal on its way: put to the vote, then moved by the ballots and by what was done."""

from datetime import date
from typing import TYPE_CHECKING

from qunluo.community.queries import members_called, permissions_of
from qunluo.conversation import events
from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.errors import NotYourMove, StateMoved, UnknownMove
from qunluo.conversation.models import Thread
from qunluo.conversation.rules.kinds import kind_of
from qunluo.governance import actions as governance
from qunluo.governance.errors import InvalidVote
from qunluo.governance.queries import OPEN_VOTES, find_vote, vote_limits
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.people.queries import get_person

if TYPE_CHECKING:
    from qunluo.governance.models import Vote
    from qunluo.people.models import Person

PROPOSAL, BALLOTS = "proposal", "votes.count"
MAY_OPEN = {
    "en": "its author once three members second it, or who may open votes",
    "zh": "有三位成员附议后的提案人，或有权发起表决的人",
}


def may_put_to_vote(actor: "Person", thread: Thread) -> bool:
    """Return whether somebody may put this proposal to the vote at this moment."""
    if thread.kind != PROPOSAL or thread.state != "discussing":
        return False
    supported = thread.author_id == actor.pk and thread.seconds >= vote_limits().seconds
    return supported or OPEN_VOTES in permissions_of(actor, thread.community)


@write_tx
def put_to_vote(
    *,
    actor: "Person",
    thread: Thread,
    days: int = 7,
    secret: bool = True,
    quorum: int | None = None,
    majority: int = 50,
    task: str = "",
    task_person: str = "",
    task_due_on: date | None = None,
) -> "Vote":
    """Put a proposal to the vote: its title is the question, its thread the place to read it.

    `task_person` is the name or handle of who will do it. By the author once others stand behind
    it, or by who may open votes. NotYourMove, StateMoved, UnknownMove, InvalidVote, VoteRunning.
    """
    writer_in(actor, thread.space)
    kind = kind_of(thread.kind)
    if kind.name != PROPOSAL:
        raise UnknownMove(move="vote")
    if thread.state != "discussing":
        raise StateMoved(state=kind.state(thread.state).label)
    if not may_put_to_vote(actor, thread):
        raise NotYourMove(move=kind.states["voting"].label, who=[MAY_OPEN])
    word = task_person.replace("\0", "").strip().lstrip("@")
    found = members_called(thread.community, [word]).get(word) if word else None
    if task and word and found is None:
        raise InvalidVote(fields={"task_person": [_("There is no member of this name here.")]})
    return governance.open_vote(
        actor=actor,
        community=thread.community,
        question=thread.title,
        secret=secret,
        quorum=vote_limits().quorum if quorum is None else quorum,
        majority=majority,
        days=days,
        thread_number=thread.number,
        task=task,
        task_owner=get_person(pk=found.person_id) if found else None,
        task_due_on=task_due_on,
        entitled=True,
    )


@write_tx
def follow_vote(*, vote_id: int, actor_id: int | None, state: str) -> None:
    """Move a proposal as its vote went; nothing happens twice."""
    vote = find_vote(vote_id)
    if vote is None or vote.thread_number is None:
        return
    thread = Thread.objects.filter(
        community=vote.community, number=vote.thread_number, kind=PROPOSAL
    ).first()
    if thread is None or thread.state == state:
        return
    bound = state == "accepted"
    if bound and not vote.task:
        state = "done"
    step = next(
        (one for one in kind_of(PROPOSAL).moves if thread.state in one.came_from
         and one.to == state and BALLOTS in one.who), None,
    )  # fmt: skip
    if step is None:
        return
    before = thread.state
    Thread.objects.filter(pk=thread.pk).update(
        state=state,
        settled=kind_of(PROPOSAL).state(state).settled,
        moved_at=now(),
        assignee=vote.task_owner if bound else thread.assignee,
        due_on=vote.task_due_on if bound else thread.due_on,
    )
    publish(
        events.ThreadMoved(
            community_id=thread.community_id,
            actor_id=actor_id,
            person_id=thread.author_id,
            thread_id=thread.pk,
            number=thread.number,
            kind=PROPOSAL,
            move=step.name,
            before=before,
            after=state,
        )
    )
