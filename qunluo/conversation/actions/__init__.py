"""Writing, moving, reading: everything that changes conversation."""

from qunluo.conversation.actions.drafts import discard_draft, save_draft
from qunluo.conversation.actions.editing import edit_post
from qunluo.conversation.actions.moving import accept_answer, move_state
from qunluo.conversation.actions.reacting import react, unreact
from qunluo.conversation.actions.reading import (
    follow,
    mark_read,
    mark_space_read,
    mark_unread,
    mute,
)
from qunluo.conversation.actions.removing import erase, remove_post, withdraw_post
from qunluo.conversation.actions.spaces import (
    Preset,
    archive_space,
    edit_space,
    furnish,
    open_space,
    restore_space,
)
from qunluo.conversation.actions.writing import reply, write_post

__all__ = [
    "Preset",
    "accept_answer",
    "archive_space",
    "discard_draft",
    "edit_post",
    "edit_space",
    "erase",
    "follow",
    "furnish",
    "mark_read",
    "mark_space_read",
    "mark_unread",
    "move_state",
    "mute",
    "open_space",
    "react",
    "remove_post",
    "reply",
    "restore_space",
    "save_draft",
    "unreact",
    "withdraw_post",
    "write_post",
]
