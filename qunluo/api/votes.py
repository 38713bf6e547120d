"""Votes: what is asked, one ballot each, results, and what a yes binds to."""

from datetime import date, datetime
from typing import Any

from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Day, Given, Id, Listing, Paging, Shown, listing
from qunluo.api.talk import Number, thread_of
from qunluo.api.texts import picked
from qunluo.conversation import actions as talk
from qunluo.governance import actions, queries
from qunluo.kernel.text import _
from qunluo.people.queries import get_person

area = Area("votes", "Votes")


class Line(Shown):
    """A choice; `count` is null while the vote is open."""

    choice: str = Field(description=_("yes, no, abstain, or the number of an option."))
    option: str
    count: int | None


class Cast(Shown):
    """An open ballot, once the vote is over."""

    person: PersonCard
    choice: str


class VoteCard(Shown):
    """A question put to everybody."""

    id: int
    question: str
    secret: bool
    thread_number: int | None
    opened_at: datetime
    closes_at: datetime
    state: str = Field(description=_("open or closed."))
    outcome: str = Field(description=_("passed, failed, quorum, chosen; empty while open."))
    chosen: str
    electorate: int
    task: str
    task_due_on: date | None
    task_done_at: datetime | None


class Vote(VoteCard):
    """A vote as the caller sees it."""

    text: str
    asked_by: PersonCard
    quorum: int
    majority: int
    voted: int
    turnout: float
    may_vote: bool
    has_voted: bool
    lines: list[Line]
    cast: list[Cast]
    task_owner: PersonCard | None
    task_note: str
    overdue: bool
    goal: dict[str, Any] | None = Field(description=_("What a yes makes the one goal."))
    means: str


class VoteTerms(Given):
    """How it is voted, and what a yes binds to."""

    secret: bool = True
    quorum: int = Field(30, ge=0, le=100, description=_("Per cent that must vote."))
    majority: int = Field(50, ge=50, le=99, description=_("Passes with more than this per cent."))
    days: int = Field(7, ge=1, le=60)
    task: str = Field("", max_length=300)
    task_person: str = Field("", max_length=12, description=_("Handle of who does it."))
    task_due_on: date | None = None


class VoteWish(VoteTerms):
    """A question to everybody."""

    question: str = Field(max_length=200)
    text: str = Field("", max_length=4000)
    options: list[str] = Field(default_factory=list, max_length=20)


class GoalWish(Given):
    """Another goal in place of the one that counts."""

    statement: str = Field("", max_length=160)
    metric: str = Field(max_length=80, description=_("What is counted."))
    target: int = Field(ge=1, le=2**62)
    due_on: Day
    why: str = Field(max_length=4000, description=_("Everybody reads it before they vote."))
    secret: bool = True
    days: int = Field(7, ge=1, le=60)


class BallotWish(Given):
    """One choice, for good."""

    choice: str = Field(max_length=10)


class TaskDone(Given):
    """What came of a task."""

    note: str = Field(max_length=400)


@area.read("/communities/{slug}/votes", Listing[VoteCard], scope="communities:read")
def votes(request: Caller, slug: SlugPath, paging: Query[Paging]) -> dict[str, Any]:
    """List votes."""
    found = queries.votes(
        community_of(request, slug), viewer=request.person, after=paging.after, limit=paging.limit
    )
    return listing(request, found.items, found.next, _card)


@area.write("POST", "/communities/{slug}/votes", Vote, scope="communities:write", status=201)
def open_vote(request: Caller, slug: SlugPath, wish: VoteWish) -> Status[dict[str, Any]]:
    """Put a question to the vote."""
    said = wish.model_dump()
    handle = said.pop("task_person")
    made = actions.open_vote(
        actor=request.person,
        community=community_of(request, slug),
        task_owner=get_person(handle=handle) if handle else None,
        **said,
    )
    return Status(201, _vote(request, made.pk))


@area.write(
    "POST",
    "/communities/{slug}/threads/{thread_number}/vote",
    Vote,
    scope="communities:write",
    status=201,
)
def put_to_vote(
    request: Caller, slug: SlugPath, thread_number: Number, wish: VoteTerms
) -> Status[dict[str, Any]]:
    """Put a proposal to the vote."""
    thread = thread_of(request, slug, thread_number)
    made = talk.put_to_vote(actor=request.person, thread=thread, **wish.model_dump())
    return Status(201, _vote(request, made.pk))


@area.write("POST", "/communities/{slug}/goal/vote", Vote, scope="communities:write", status=201)
def put_goal_to_vote(request: Caller, slug: SlugPath, wish: GoalWish) -> Status[dict[str, Any]]:
    """Put another goal to the vote."""
    made = actions.put_goal_to_vote(
        actor=request.person, community=community_of(request, slug), **wish.model_dump()
    )
    return Status(201, _vote(request, made.pk))


@area.read("/votes/{vote_id}", Vote, scope="communities:read")
def vote(request: Caller, vote_id: Id) -> dict[str, Any]:
    """Show a vote."""
    return _vote(request, vote_id)


@area.write("POST", "/votes/{vote_id}/ballot", Vote, scope="communities:write")
def cast_ballot(request: Caller, vote_id: Id, wish: BallotWish) -> dict[str, Any]:
    """Vote."""
    view = queries.get_vote(vote_id, viewer=request.person)
    actions.cast_ballot(actor=request.person, vote=view.vote, choice=wish.choice)
    return _vote(request, vote_id)


@area.write("POST", "/votes/{vote_id}/done", Vote, scope="communities:write")
def finish_task(request: Caller, vote_id: Id, wish: TaskDone) -> dict[str, Any]:
    """Report a decided task as done."""
    view = queries.get_vote(vote_id, viewer=request.person)
    actions.finish_task(actor=request.person, vote=view.vote, note=wish.note)
    return _vote(request, vote_id)


def _card(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in VoteCard.model_fields}


def _vote(request: Caller, pk: int) -> dict[str, Any]:
    view = queries.get_vote(pk, viewer=request.person)
    one = view.vote
    return {
        **_card(one),
        **{name: getattr(one, name) for name in ("text", "quorum", "majority", "task_note",
                                                 "goal")},
        **{name: getattr(view, name) for name in ("voted", "turnout", "may_vote", "has_voted",
                                                  "overdue")},
        "asked_by": card(one.asked_by),
        "task_owner": card(one.task_owner) if one.task_owner else None,
        "lines": [
            {"choice": line.choice, "option": line.option, "count": line.count}
            for line in view.lines
        ],
        "cast": [{"person": card(who), "choice": choice} for who, choice in view.cast],
        "means": picked(view.formula),
    }  # fmt: skip
