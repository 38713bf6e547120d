"""What a vote of the members makes of the one goal; nothing else changes it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Max

from qunluo.community import events
from qunluo.community.actions.grants import lock
from qunluo.community.models import CharterDraft, CharterVersion, Community, GoalAmendment
from qunluo.community.queries.charter import current_charter
from qunluo.community.rules.charter import charter
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

MOST = 2**62
NOTE = {
    "en": "The members changed the goal by a vote.",
    "zh": "成员投票修改了目标。",
}


def tidy_goal(statement: str, metric: str, target: int, due_on: date) -> dict[str, Any]:
    """Return a goal as a vote carries it."""
    return {
        "statement": " ".join(statement.replace("\0", "").split()),
        "metric": " ".join(metric.replace("\0", "").split()),
        "target": target,
        "due_on": due_on.isoformat(),
    }


def goal_faults(goal: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with a goal that somebody proposes, by field."""
    limits = {field.id: field.max_length or 0 for field in charter().by_id["goal"].fields}
    found: dict[str, list[str]] = {}
    if not goal["metric"]:
        found["metric"] = [_("This is missing.")]
    for name in ("statement", "metric"):
        if len(goal[name]) > limits[name]:
            found[name] = [_("This is too long.")]
    if not 0 < goal["target"] < MOST:
        found["target"] = [_("Name a number above zero.")]
    if date.fromisoformat(goal["due_on"]) <= now().date():
        found["due_on"] = [_("Choose a day in the future.")]
    return found


@write_tx
def change_goal(
    *, community: Community, goal: Mapping[str, Any], vote_id: int, asked_by_id: int
) -> GoalAmendment | None:
    """Make what a vote decided the goal, in the charter too; None when that has been done.

    For governance alone, which has counted the ballots. Other open edits of the draft stay there.
    """
    lock(community)
    amended = GoalAmendment.objects.filter(community=community)
    if amended.filter(vote_id=vote_id).exists():
        return None
    last = amended.aggregate(last=Max("number"))["last"] or 0
    made = GoalAmendment.objects.create(
        community=community,
        number=last + 1,
        statement=goal["statement"],
        metric=goal["metric"],
        target=goal["target"],
        due_on=date.fromisoformat(goal["due_on"]),
        vote_id=vote_id,
        confirmed_at=now(),
    )
    _write_into_the_charter(community, dict(goal))
    publish(
        events.GoalAmended(
            community_id=community.pk,
            person_id=asked_by_id,
            vote_id=vote_id,
            target=made.target,
            due_on=made.due_on,
        )
    )
    return made


def _write_into_the_charter(community: Community, goal: dict[str, Any]) -> None:
    draft = CharterDraft.objects.select_for_update().get(community=community)
    draft.values = {**draft.values, "goal": {**draft.values.get("goal", {}), **goal}}
    draft.save(update_fields=["values"])
    latest = current_charter(community)
    if latest is None:
        return
    CharterVersion.objects.create(
        community=community,
        number=latest.number + 1,
        values={**latest.values, "goal": {**latest.values.get("goal", {}), **goal}},
        note=NOTE["zh" if community.language.startswith("zh") else "en"],
        published_at=now(),
    )
