"""Limits and public numbers of governance; plain Python."""

from dataclasses import dataclass
from datetime import timedelta

REASON_LENGTH = 400
TEXT_LENGTH = 2000
SUSPENSION_DAYS = (1, 3, 7, 14, 30)
LONGEST_SUSPENSION = timedelta(days=90)
COUNT_DAYS = 365


@dataclass(frozen=True)
class MeasureLimits:
    """What a form about a measure may offer."""

    reason_length: int = REASON_LENGTH
    suspension_days: tuple[int, ...] = SUSPENSION_DAYS


@dataclass(frozen=True)
class RuleCount:
    """How often one rule was applied in a window, and how often an appeal undid it."""

    rule_id: str
    title: str
    warnings: int
    suspensions: int
    removals: int
    overturned: int
    labels: int = 0
    takedowns: int = 0


@dataclass(frozen=True)
class ModerationCounts:
    """What a community did under its rules, for everybody to see (C13)."""

    rules: tuple[RuleCount, ...]
    members: int
    days: int

    @property
    def removals(self) -> int:
        """Return how many people were removed."""
        return sum(rule.removals for rule in self.rules)

    @property
    def takedowns(self) -> int:
        """Return how many posts were removed."""
        return sum(rule.takedowns for rule in self.rules)

    @property
    def overturned(self) -> int:
        """Return how many measures an appeal undid."""
        return sum(rule.overturned for rule in self.rules)

    @property
    def formula(self) -> dict[str, str]:
        """Return what the numbers mean, in both languages."""
        return {
            "en": f"Measures of the last {self.days} days by the rule they cite, those that an "
            f"appeal undid included; the community has {self.members} members now.",
            "zh": f"最近 {self.days} 天依据各条规矩采取的措施，包括后来经申诉撤销的；"
            f"社群现有成员 {self.members} 人。",
        }
