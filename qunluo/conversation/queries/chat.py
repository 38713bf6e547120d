"""A chat room in windows: it opens where one stopped reading, or at its end."""

from typing import TYPE_CHECKING

from qunluo.conversation.queries.cards import unread_of
from qunluo.conversation.queries.circles import chat_of
from qunluo.conversation.queries.sight import Sight
from qunluo.conversation.queries.threads import ThreadWindow, row_of, show_window, window_of

if TYPE_CHECKING:
    from qunluo.conversation.models import Space

SHOWN = 40
CONTEXT = 4  # messages before the first new one


def read_chat(
    space: "Space",
    sight: Sight,
    *,
    after: int | None = None,
    before: int | None = None,
    at: int = 0,
    limit: int = SHOWN,
) -> ThreadWindow:
    """Return messages of a room that was looked into: after, before or around a place.

    Without any of them the window begins a little before the first unread message, or shows the
    newest ones when little or nothing is new. ThreadNotFound for a space that is no room.
    """
    thread = chat_of(space)
    row = row_of(thread, sight)
    unread = unread_of(row, sight.joined_at)
    read = row.get("mine__read") or 0
    if after is None and before is None:
        if at:
            after = max(0, at - limit // 2)
        elif unread and thread.posts - read > limit - CONTEXT:
            after = max(0, read - CONTEXT)
        else:
            before = thread.posts + 1
    since = {thread.community_id: sight.joined_at} if sight.joined_at else {}
    found = window_of(thread, after or 0, before, limit)
    return show_window(thread, sight, row, found, since, read if unread else thread.posts)
