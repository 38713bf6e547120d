"""Votes as a member sees them: what is asked, who may vote, and results once it is over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.governance.errors import VoteNotFound
from qunluo.governance.models import Ballot, Vote, Voter
from qunluo.governance.rules import votes as rules
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.governance.queries.decided import Viewer

OPEN_VOTES = "votes.open"
SHOWN = ("community", "asked_by", "task_owner")


@dataclass(frozen=True)
class VoteLimits:
    """What a form about a vote may offer."""

    days: tuple[int, ...] = rules.DAYS
    majorities: tuple[int, ...] = rules.MAJORITIES
    quorum: int = rules.QUORUM_DEFAULT
    seconds: int = rules.SECONDS_NEEDED


@dataclass(frozen=True)
class Line:
    """One choice; `count` is None while the vote is open."""

    choice: str
    option: str
    count: int | None


@dataclass(frozen=True)
class VoteView:
    """One vote as a viewer sees it; `cast` are the names behind open ballots, once it is over."""

    vote: Vote
    open: bool
    may_vote: bool
    has_voted: bool
    may_finish: bool
    voted: int
    lines: list[Line]
    cast: list[tuple[Card, str]]

    @property
    def turnout(self) -> float:
        """Return which part of the electorate has voted."""
        return self.voted / self.vote.electorate if self.vote.electorate else 0.0

    @property
    def formula(self) -> dict[str, str]:
        """Return what the numbers mean, in both languages."""
        vote = self.vote
        return {
            "en": f"{self.voted} of the {vote.electorate} people who were members when the vote "
            f"opened have voted. It counts when at least {vote.quorum} % vote, and passes with "
            f"more than {vote.majority} % of yes and no; abstaining counts as voting.",
            "zh": f"表决开始时的 {vote.electorate} 位成员中有 {self.voted} 人投了票。"
            f"至少 {vote.quorum}% 的人投票才有效；"
            f"赞成超过赞成与反对之和的 {vote.majority}% 即通过；弃权计入投票人数。",
        }

    @property
    def overdue(self) -> bool:
        """Return whether the day of the task has passed without it being done."""
        due = self.vote.task_due_on
        return self.binding and due is not None and due < now().date()

    @property
    def binding(self) -> bool:
        """Return whether somebody still has to do what was decided."""
        vote = self.vote
        return vote.outcome == rules.PASSED and bool(vote.task) and vote.task_done_at is None


def vote_limits() -> VoteLimits:
    """Return what a form about a vote may offer."""
    return VoteLimits()


def votes(
    community: "Community", *, viewer: "Viewer", after: str | None = None, limit: int = 30
) -> Page[Vote]:
    """Return the votes of a community, the newest first; MembersOnly."""
    _look_in(viewer, community)
    found = Vote.objects.filter(community=community).select_related(*SHOWN)
    return page(found, ["-id"], after, limit)


def open_votes(community: "Community", *, viewer: "Viewer") -> list[Vote]:
    """Return the votes in which a member can still vote and has not; for home pages."""
    if viewer is None or viewer.pk is None:
        return []
    found = Vote.objects.filter(
        community=community,
        state=Vote.State.OPEN,
        closes_at__gt=now(),
        voters__person_id=viewer.pk,
        voters__voted=False,
    )
    return list(found.order_by("closes_at")[:5])


def votes_to_cast(person_id: int) -> "QuerySet[Vote]":
    """Return the open votes in which somebody can vote and has not, for conditions of queries."""
    return Vote.objects.filter(
        state=Vote.State.OPEN,
        closes_at__gt=now(),
        voters__person_id=person_id,
        voters__voted=False,
    )


def get_vote(pk: int, *, viewer: "Viewer") -> VoteView:
    """Return a vote for a member of its community, suspended or not; VoteNotFound."""
    vote = Vote.objects.select_related(*SHOWN).filter(pk=pk).first()
    if vote is None or communities.standing(viewer, vote.community).membership_id is None:
        raise VoteNotFound
    asking = viewer.pk if viewer and viewer.pk else 0
    mine = Voter.objects.filter(vote=vote, person_id=asking).first()
    is_open = vote.state == Vote.State.OPEN and vote.closes_at > now()
    done = vote.state == Vote.State.CLOSED
    voted = (
        sum(vote.counts.values()) if done else Voter.objects.filter(vote=vote, voted=True).count()
    )
    runs = OPEN_VOTES in communities.permissions_of(viewer, vote.community)
    return VoteView(
        vote=vote,
        open=is_open,
        may_vote=is_open and mine is not None and not mine.voted,
        has_voted=mine is not None and mine.voted,
        may_finish=runs or (viewer is not None and viewer.pk == vote.task_owner_id),
        voted=voted,
        lines=[_line(vote, choice, done=done) for choice in rules.choices(vote.options)],
        cast=_cast(vote) if done and not vote.secret else [],
    )


def vote_of_thread(community: "Community", number: int) -> Vote | None:
    """Return the latest vote on a proposal."""
    found = Vote.objects.filter(community=community, thread_number=number)
    return found.order_by("-pk").first()


def find_vote(pk: int) -> Vote | None:
    """Return a vote, for the software's own reactions; doors use get_vote."""
    return Vote.objects.select_related(*SHOWN).filter(pk=pk).first()


def due_votes(limit: int = 1) -> list[int]:
    """Return the votes (ids) whose time is over and which nobody has counted."""
    due = Vote.objects.filter(state=Vote.State.OPEN, closes_at__lte=now())
    return list(due.order_by("closes_at", "pk").values_list("pk", flat=True)[:limit])


def _look_in(viewer: "Viewer", community: "Community") -> None:
    if communities.standing(viewer, community).membership_id is None:
        communities.require_member(viewer, community)


def _line(vote: Vote, choice: str, *, done: bool) -> Line:
    option = str(vote.options[int(choice)]) if choice.isdecimal() else ""
    return Line(choice, option, vote.counts.get(choice, 0) if done else None)


def _cast(vote: Vote) -> list[tuple[Card, str]]:
    rows = Ballot.objects.filter(vote=vote, person__isnull=False).values_list("person_id", "choice")
    found = dict(rows)
    faces = person_card(found)
    return sorted(((faces[pk], found[pk]) for pk in found if pk in faces), key=lambda r: r[0].name)
