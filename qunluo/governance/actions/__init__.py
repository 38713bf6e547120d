"""Everything that changes governance."""

from qunluo.governance.actions.distance import block, end_distance, mute
from qunluo.governance.actions.measures import (
    decide_appeal,
    erase,
    file_appeal,
    remove_member,
    suspend_member,
    warn_member,
)

__all__ = [
    "block",
    "decide_appeal",
    "end_distance",
    "erase",
    "file_appeal",
    "mute",
    "remove_member",
    "suspend_member",
    "warn_member",
]
