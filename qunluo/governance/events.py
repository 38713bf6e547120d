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
