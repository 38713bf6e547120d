"""Changing the one goal: only a vote of the members does."""

from datetime import date
from typing import TYPE_CHECKING

from qunluo.community import actions as community_actions
from qunluo.community import queries as communities
from qunluo.governance.actions.votes import open_vote
from qunluo.governance.errors import InvalidVote, NoGoalYet
from qunluo.governance.queries.votes import OPEN_VOTES
from qunluo.governance.rules import votes as rules
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.governance.models import Vote
    from qunluo.people.models import Person


def put_goal_to_vote(
    *,
    actor: "Person",
    community: "Community",
    statement: str = "",
    metric: str,
    target: int,
    due_on: date,
    why: str,
    secret: bool = True,
    quorum: int = rules.QUORUM_DEFAULT,
    majority: int = rules.GOAL_MAJORITY,
    days: int = 7,
) -> "Vote":
    """Ask all members whether another goal takes the place of the confirmed one (F20).

    A yes makes it the goal at the moment the ballots are counted, and a version of the charter.
    NoGoalYet, InvalidVote, VoteRunning, PermissionMissing, MembersOnly.
    """
    communities.require_member(actor, community)
    communities.require(actor, community, OPEN_VOTES)
    now_counts = communities.operating_goal(community)
    if now_counts is None:
        raise NoGoalYet
    given = community_actions.tidy_goal(statement, metric, target, due_on)
    wrong = community_actions.goal_faults(given)
    why = why.replace("\0", "").strip()
    if not why:
        wrong = {**wrong, "why": [_("Say why; everybody reads it before they vote.")]}
    same = (given["metric"], given["target"], given["due_on"], given["statement"]) == (
        now_counts.metric, now_counts.target, now_counts.due_on.isoformat(), now_counts.statement,
    )  # fmt: skip
    if not wrong and same:
        wrong = {"target": [_("That is the goal already.")]}
    if wrong:
        raise InvalidVote(fields=wrong)
    return open_vote(
        actor=actor,
        community=community,
        question=question(given, community.language),
        text=why,
        secret=secret,
        quorum=quorum,
        majority=majority,
        days=days,
        goal=given,
    )


def question(goal: dict[str, object], language: str) -> str:
    """Return what is asked, in the language of the community."""
    asked = rules.GOAL_QUESTION["zh" if language.startswith("zh") else "en"]
    return asked.format(**goal)[: rules.QUESTION_LENGTH]
