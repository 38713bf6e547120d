"""Changing what the growth room knows."""

from qunluo.growth.actions.archives import export_community
from qunluo.growth.actions.customers import (
    add_customer,
    add_past_order,
    assign_customers,
    edit_customer,
    forget_customer,
    spread_customers,
    tag_customers,
    unsubscribe_customer,
)
from qunluo.growth.actions.exports import request_export, run_waiting_exports
from qunluo.growth.actions.founding import (
    add_contact,
    edit_contact,
    invite_contact,
    log_outreach,
    remove_contact,
    seat_member,
)
from qunluo.growth.actions.imports import cancel_import, queue_import, run_import, start_import
from qunluo.growth.actions.imports.running import run_waiting_imports
from qunluo.growth.actions.invitations import (
    accept_invitation,
    change_policy,
    create_invitation,
    raise_allowance,
    revoke_invitation,
)
from qunluo.growth.actions.inviting import invite_customer, invite_customers
from qunluo.growth.actions.matching import match_by_phone, match_customer, match_on_joining
from qunluo.growth.actions.restoring import restore_community

__all__ = [
    "accept_invitation",
    "add_contact",
    "add_customer",
    "add_past_order",
    "assign_customers",
    "cancel_import",
    "change_policy",
    "create_invitation",
    "edit_contact",
    "edit_customer",
    "export_community",
    "forget_customer",
    "invite_contact",
    "invite_customer",
    "invite_customers",
    "log_outreach",
    "match_by_phone",
    "match_customer",
    "match_on_joining",
    "queue_import",
    "raise_allowance",
    "remove_contact",
    "request_export",
    "restore_community",
    "revoke_invitation",
    "run_import",
    "run_waiting_exports",
    "run_waiting_imports",
    "seat_member",
    "spread_customers",
    "start_import",
    "tag_customers",
    "unsubscribe_customer",
]
