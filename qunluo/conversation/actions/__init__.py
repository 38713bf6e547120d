"""Writing, moving, reading: everything that changes conversation."""

from qunluo.conversation.actions.attaching import (
    attach,
    describe_attachment,
    discard_attachment,
    tidy_attachments,
)
from qunluo.conversation.actions.circles import (
    begin_circle,
    edit_circle,
    invite_to_circle,
    leave_circle,
    take_out_of_circle,
    talk_with,
)
from qunluo.conversation.actions.drafts import discard_draft, save_draft
from qunluo.conversation.actions.editing import edit_post
from qunluo.conversation.actions.indexing import (
    forget,
    index,
    index_missing,
    index_missing_others,
    index_posts,
    rebuild_search,
)
from qunluo.conversation.actions.moving import accept_answer, move_state
from qunluo.conversation.actions.polling import answer_poll, close_poll
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
    "answer_poll",
    "archive_space",
    "attach",
    "begin_circle",
    "close_poll",
    "describe_attachment",
    "discard_attachment",
    "discard_draft",
    "edit_circle",
    "edit_post",
    "edit_space",
    "erase",
    "follow",
    "forget",
    "furnish",
    "index",
    "index_missing",
    "index_missing_others",
    "index_posts",
    "invite_to_circle",
    "leave_circle",
    "mark_read",
    "mark_space_read",
    "mark_unread",
    "move_state",
    "mute",
    "open_space",
    "react",
    "rebuild_search",
    "remove_post",
    "reply",
    "restore_space",
    "save_draft",
    "take_out_of_circle",
    "talk_with",
    "tidy_attachments",
    "unreact",
    "withdraw_post",
    "write_post",
]
