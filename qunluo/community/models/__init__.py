"""Tables of the community room."""

from qunluo.community.models.community import (
    CharterDraft,
    CharterVersion,
    Community,
    RulesVersion,
    Space,
)
from qunluo.community.models.membership import Application, Grant, Membership
from qunluo.community.models.record import CloseCare, MemberNote, MemberTag, Segment

__all__ = [
    "Application",
    "CharterDraft",
    "CharterVersion",
    "CloseCare",
    "Community",
    "Grant",
    "MemberNote",
    "MemberTag",
    "Membership",
    "RulesVersion",
    "Segment",
    "Space",
]
