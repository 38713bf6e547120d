"""Changing what the community room knows."""

from qunluo.community.actions.charter import (
    SavedStep,
    amend_goal,
    confirm_goal,
    publish_charter,
    publish_rules,
    save_charter_step,
)
from qunluo.community.actions.ending import (
    close_community,
    reopen_community,
    tell_about_the_end,
)
from qunluo.community.actions.entering import (
    end_paid_memberships,
    let_in,
    let_tiers_in,
)
from qunluo.community.actions.founding import (
    create_community,
)
from qunluo.community.actions.goal import change_goal, goal_faults, tidy_goal
from qunluo.community.actions.grants import (
    end_grant,
    expire_due_grants,
    found_ownership,
    grant,
    hand_over,
    lock,
    revoke_grant,
)
from qunluo.community.actions.joining import (
    accept_after_appeal,
    admit,
    apply,
    decide_application,
    verify_criterion,
    withdraw_application,
)
from qunluo.community.actions.leaving import (
    accept_rules,
    check_measure,
    claim_label,
    end_membership,
    leave,
    lift_suspension,
    mark_active,
    reinstate,
    suspend,
)
from qunluo.community.actions.letters import (
    write_to,
)
from qunluo.community.actions.own_data import (
    erase,
)
from qunluo.community.actions.record import (
    add_to_close_care,
    assign_host,
    delete_segment,
    note_member,
    release_members_of,
    remove_from_close_care,
    save_segment,
    tag_member,
    untag_member,
    welcome,
)
from qunluo.community.actions.settings import (
    close_recruitment,
    open_recruitment,
    publish_community,
    push_fact,
    set_selection,
    set_symbol,
    unpublish_community,
    update_settings,
)
from qunluo.community.actions.together import (
    accept_cofounding,
    offer_cofounding,
    pledge,
    withdraw_cofounding,
    withdraw_pledge,
)

__all__ = [
    "SavedStep",
    "accept_after_appeal",
    "accept_cofounding",
    "accept_rules",
    "add_to_close_care",
    "admit",
    "amend_goal",
    "change_goal",
    "goal_faults",
    "tidy_goal",
    "apply",
    "assign_host",
    "check_measure",
    "claim_label",
    "close_community",
    "close_recruitment",
    "confirm_goal",
    "create_community",
    "decide_application",
    "delete_segment",
    "end_membership",
    "end_paid_memberships",
    "erase",
    "end_grant",
    "lock",
    "expire_due_grants",
    "found_ownership",
    "grant",
    "hand_over",
    "leave",
    "let_in",
    "let_tiers_in",
    "lift_suspension",
    "mark_active",
    "note_member",
    "offer_cofounding",
    "open_recruitment",
    "pledge",
    "publish_charter",
    "publish_community",
    "publish_rules",
    "push_fact",
    "reinstate",
    "reopen_community",
    "tell_about_the_end",
    "release_members_of",
    "remove_from_close_care",
    "revoke_grant",
    "save_charter_step",
    "save_segment",
    "set_selection",
    "set_symbol",
    "suspend",
    "tag_member",
    "unpublish_community",
    "untag_member",
    "update_settings",
    "verify_criterion",
    "welcome",
    "withdraw_application",
    "withdraw_cofounding",
    "withdraw_pledge",
    "write_to",
]
