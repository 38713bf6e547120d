"""Everything that changes governance."""

from qunluo.governance.actions.acts import (
    link_act,
    link_vote,
    remove_act,
    restore_act,
    second_act,
    unsecond_act,
    withdraw_act,
)
from qunluo.governance.actions.checks import (
    change_checks,
    check_advert,
    check_newcomer,
    check_text,
    hold_back,
)
from qunluo.governance.actions.content import cited, record, said_reason
from qunluo.governance.actions.distance import block, end_distance, mute
from qunluo.governance.actions.goal import put_goal_to_vote
from qunluo.governance.actions.measures import (
    decide_appeal,
    erase,
    file_appeal,
    remove_member,
    suspend_member,
    warn_member,
)
from qunluo.governance.actions.reports import Target, decide_case, file_report, plead
from qunluo.governance.actions.votes import (
    cast_ballot,
    close_due_votes,
    close_vote,
    finish_task,
    open_vote,
)

__all__ = [
    "cast_ballot",
    "close_due_votes",
    "close_vote",
    "finish_task",
    "open_vote",
    "Target",
    "block",
    "change_checks",
    "check_advert",
    "check_newcomer",
    "check_text",
    "cited",
    "decide_appeal",
    "decide_case",
    "end_distance",
    "erase",
    "file_appeal",
    "file_report",
    "link_act",
    "link_vote",
    "put_goal_to_vote",
    "remove_act",
    "restore_act",
    "second_act",
    "unsecond_act",
    "withdraw_act",
    "hold_back",
    "mute",
    "plead",
    "record",
    "remove_member",
    "said_reason",
    "suspend_member",
    "warn_member",
]
