"""Counting votes; there is no weight, so there is nothing to weigh."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from qunluo.kernel.text import _

YES, NO, ABSTAIN = "yes", "no", "abstain"
PASSED, FAILED, QUORUM, CHOSEN = "passed", "failed", "quorum", "chosen"
QUESTION_LENGTH, TEXT_LENGTH, OPTION_LENGTH, TASK_LENGTH, NOTE_LENGTH = 120, 4000, 80, 300, 400
MOST_OPTIONS = 10
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=60)
DAYS = (3, 7, 14, 30)
QUORUM_DEFAULT, MAJORITIES = 30, (50, 66, 75)
GOAL_MAJORITY = 66  # of yes and no, for a goal that was meant to last
GOAL_QUESTION = {
    "en": "Change our one goal: {target} {metric} by {due_on}?",
    "zh": "把唯一目标改为：{due_on} 前{metric}达到 {target}？",
}
SECONDS_NEEDED = 3  # with these a proposal's author may put it to the vote


@dataclass(frozen=True)
class Result:
    """How a vote ended; `counts` by choice, abstentions among them."""

    outcome: str
    counts: Mapping[str, int]
    chosen: str = ""


def choices(options: Sequence[str]) -> list[str]:
    """Return what a ballot may say: yes, no and abstain, or the number of an option."""
    if not options:
        return [YES, NO, ABSTAIN]
    return [*(str(n) for n in range(len(options))), ABSTAIN]


def count(
    ballots: Iterable[str],
    *,
    options: Sequence[str],
    electorate: int,
    quorum: int,
    majority: int,
) -> Result:
    """Return how it ends: enough must have voted, and more than the majority of yes and no agree.

    Of several options the one with the most ballots; with a tie nothing is decided.
    """
    found = Counter(ballots)
    counts = {choice: found.get(choice, 0) for choice in choices(options)}
    if sum(counts.values()) * 100 < quorum * electorate or not sum(counts.values()):
        return Result(QUORUM, counts)
    if not options:
        said = counts[YES] + counts[NO]
        return Result(PASSED if counts[YES] * 100 > majority * said else FAILED, counts)
    named = {choice: number for choice, number in counts.items() if choice != ABSTAIN}
    most = max(named.values())
    first = [choice for choice, number in named.items() if number == most]
    if len(first) > 1:
        return Result(FAILED, counts)
    return Result(CHOSEN, counts, str(options[int(first[0])]))


def faults(given: Mapping[str, Any], moment: datetime) -> dict[str, list[str]]:
    """Return what is wrong with a vote that somebody wants to open, by field."""
    found: dict[str, list[str]] = {}
    if not 1 <= len(given["question"]) <= QUESTION_LENGTH:
        found["question"] = [_("Ask one question, of at most 120 characters.")]
    if len(given["text"]) > TEXT_LENGTH:
        found["text"] = [_("At most 4,000 characters.")]
    if not 0 <= given["quorum"] <= 100:
        found["quorum"] = [_("Between 0 and 100 per cent.")]
    if not 50 <= given["majority"] < 100:
        found["majority"] = [_("More than half, and less than everybody.")]
    if not SHORTEST <= given["closes_at"] - moment <= LONGEST:
        found["closes_at"] = [_("Between one hour and 60 days from now.")]
    return found | _option_faults(given["options"]) | _task_faults(given, moment.date())


def _option_faults(options: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if options and not 2 <= len(options) <= MOST_OPTIONS:
        found["options"] = [_("Between 2 and 10 options, or none for yes and no.")]
    elif len({one.casefold() for one in options}) < len(options):
        found["options"] = [_("Two options say the same.")]
    elif any(not one or len(one) > OPTION_LENGTH for one in options):
        found["options"] = [_("Each option has at most 80 characters.")]
    return found


def _task_faults(given: Mapping[str, Any], today: date) -> dict[str, list[str]]:
    if not given["task"]:
        return {}
    if len(given["task"]) > TASK_LENGTH:
        return {"task": [_("At most 300 characters.")]}
    if given["options"]:
        return {"task": [_("Only a yes can bind somebody to a task.")]}
    found: dict[str, list[str]] = {}
    if given["task_owner"] is None:
        found["task_owner"] = [_("Name the member who does it.")]
    if given["task_due_on"] is None or given["task_due_on"] <= given["closes_at"].date():
        found["task_due_on"] = [_("Name a day after the vote has closed.")]
    return found
