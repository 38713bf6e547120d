"""What people may do with their account, profile, tokens and data."""

from qunluo.people.actions.account import confirm_email, register_person, sync_email
from qunluo.people.actions.erase import erase_person
from qunluo.people.actions.export import export_person
from qunluo.people.actions.profile import set_language, set_picture, update_profile
from qunluo.people.actions.session import end_session, note_session, tidy_sessions
from qunluo.people.actions.stand_in import add_stand_ins
from qunluo.people.actions.token import issue_token, revoke_token, use_token

__all__ = [
    "add_stand_ins",
    "confirm_email",
    "end_session",
    "erase_person",
    "export_person",
    "issue_token",
    "note_session",
    "register_person",
    "revoke_token",
    "set_language",
    "set_picture",
    "sync_email",
    "tidy_sessions",
    "update_profile",
    "use_token",
]
