"""Tables of the community room."""

from qunluo.community.models.community import (
    CharterDraft,
    CharterVersion,
    Community,
    RulesVersion,
)
from qunluo.community.models.founding import (
    CofounderOffer,
    GoalAmendment,
    OperatingGoal,
    Pledge,
)
from qunluo.community.models.membership import Application, Grant, Membership
from qunluo.community.models.record import CloseCare, MemberNote, MemberTag, Segment

__all__ = [
    "Application",
    "CharterDraft",
    "CharterVersion",
    "CloseCare",
    "CofounderOffer",
    "Community",
    "Grant",
    "MemberNote",
    "MemberTag",
    "Membership",
    "GoalAmendment",
    "OperatingGoal",
    "Pledge",
    "RulesVersion",
    "Segment",
]
