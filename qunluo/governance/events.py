"""What happens in governance."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MemberWarned(Event):
    """A member was warned under a rule they had accepted."""

    name: ClassVar[str] = "governance.member_warned"
    audit: ClassVar[bool] = True
    measure_id: int
    rule_id: str


@dataclass(frozen=True, kw_only=True)
class AppealFiled(Event):
    """Somebody appealed against a measure or a refusal; `against` says which kind."""

    name: ClassVar[str] = "governance.appeal_filed"
    appeal_id: int
    against: str


@dataclass(frozen=True, kw_only=True)
class AppealGranted(Event):
    """Somebody other than the one who had decided granted an appeal: the decision is undone."""

    name: ClassVar[str] = "governance.appeal_granted"
    audit: ClassVar[bool] = True
    appeal_id: int
    against: str


@dataclass(frozen=True, kw_only=True)
class AppealDismissed(Event):
    """Somebody other than the one who had decided dismissed an appeal, with a reason."""

    name: ClassVar[str] = "governance.appeal_dismissed"
    audit: ClassVar[bool] = True
    appeal_id: int
    against: str


@dataclass(frozen=True, kw_only=True)
class Reported(Event):
    """A member reported a post, a thread or a person; who did stays between them and the queue."""

    name: ClassVar[str] = "governance.reported"
    case_id: int
    target_type: str


@dataclass(frozen=True, kw_only=True)
class HeldBack(Event):
    """A word list held a post back before it appeared; `category` is the list."""

    name: ClassVar[str] = "governance.held_back"
    case_id: int
    category: str


@dataclass(frozen=True, kw_only=True)
class CaseDecided(Event):
    """Somebody who is not part of it decided what was reported or held back."""

    name: ClassVar[str] = "governance.case_decided"
    audit: ClassVar[bool] = True
    case_id: int
    source: str
    target_type: str
    target_id: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class ContentDecided(Event):
    """What is to happen to a post: remove, label, restore, unlabel or release; rooms above do it.

    `person_id` is who wrote it. Without a measure nothing was held against it.
    """

    name: ClassVar[str] = "governance.content_decided"
    act: str
    target_type: str
    target_id: int
    measure_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChecksChanged(Event):
    """An operator changed which words hold a post for review."""

    name: ClassVar[str] = "governance.checks_changed"
    audit: ClassVar[bool] = True
    words: int
    off: list[str]


@dataclass(frozen=True, kw_only=True)
class TrustEarned(Event):
    """A member is no newcomer any more, by what they did; nobody gave it."""

    name: ClassVar[str] = "governance.trust_earned"


@dataclass(frozen=True, kw_only=True)
class VoteOpened(Event):
    """A question was put to everybody who is a member at this moment."""

    name: ClassVar[str] = "governance.vote_opened"
    vote_id: int
    thread_number: int | None
    electorate: int


@dataclass(frozen=True, kw_only=True)
class VoteEnded(Event):
    """The time to vote was over and the ballots were counted; `outcome` says how it ended."""

    name: ClassVar[str] = "governance.vote_ended"
    vote_id: int
    thread_number: int | None
    outcome: str
    voted: int
    electorate: int


@dataclass(frozen=True, kw_only=True)
class TaskDone(Event):
    """Who took on what a vote bound the community to reported it as done."""

    name: ClassVar[str] = "governance.task_done"
    vote_id: int
    thread_number: int | None


@dataclass(frozen=True, kw_only=True)
class ActLinked(Event):
    """A member linked something that was done to a value of the charter; person: who did it."""

    name: ClassVar[str] = "governance.act_linked"
    act_id: int
    value: str


@dataclass(frozen=True, kw_only=True)
class ActSeconded(Event):
    """Another member stands behind an act in the log."""

    name: ClassVar[str] = "governance.act_seconded"
    act_id: int


@dataclass(frozen=True, kw_only=True)
class ActWithdrawn(Event):
    """Who wrote an act down, or whom it is about, took it out of the log."""

    name: ClassVar[str] = "governance.act_withdrawn"
    act_id: int


@dataclass(frozen=True, kw_only=True)
class ActRemoved(Event):
    """An act was taken out of the log under a rule; person: who had written it down."""

    name: ClassVar[str] = "governance.act_removed"
    audit: ClassVar[bool] = True
    act_id: int
    rule_id: str
