"""Changing what the community room knows."""

from qunluo.community.actions.founding import (
    create_community,
)
from qunluo.community.actions.grants import (
    expire_due_grants,
    found_ownership,
    grant,
    hand_over,
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
from qunluo.community.actions.record import (
    add_to_close_care,
    assign_host,
    delete_segment,
    note_member,
    remove_from_close_care,
    save_segment,
    tag_member,
    untag_member,
    welcome,
)

__all__ = [
    "accept_after_appeal",
    "accept_rules",
    "add_to_close_care",
    "admit",
    "apply",
    "assign_host",
    "check_measure",
    "claim_label",
    "create_community",
    "decide_application",
    "delete_segment",
    "end_membership",
    "expire_due_grants",
    "found_ownership",
    "grant",
    "hand_over",
    "leave",
    "lift_suspension",
    "mark_active",
    "note_member",
    "reinstate",
    "remove_from_close_care",
    "revoke_grant",
    "save_segment",
    "suspend",
    "tag_member",
    "untag_member",
    "verify_criterion",
    "welcome",
    "withdraw_application",
]
