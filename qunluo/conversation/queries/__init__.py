"""Reading what conversation knows; fetching is permission."""

from qunluo.conversation.queries.cards import ThreadCard
from qunluo.conversation.queries.handling import (
    overdue,
    promise_counts,
    removal_counts,
    threads_of_kind,
)
from qunluo.conversation.queries.own_data import own_documents
from qunluo.conversation.queries.sight import Sight, sight_of
from qunluo.conversation.queries.spaces import (
    SpaceCard,
    find_space,
    get_space,
    look_into,
    managed_spaces,
    spaces,
    types_of_spaces,
)
from qunluo.conversation.queries.stream import draft_for, drafts, stream
from qunluo.conversation.queries.threads import (
    PostView,
    ThreadWindow,
    find_thread,
    get_post,
    get_thread,
    look_at,
    read_thread,
    revisions,
    seconded,
    threads,
    threads_in,
    told,
)
from qunluo.conversation.rules.kinds import kind_of, kinds
from qunluo.conversation.rules.markup import render
from qunluo.conversation.rules.reading import reactions
from qunluo.conversation.rules.spaces import type_of

__all__ = [
    "PostView",
    "Sight",
    "SpaceCard",
    "ThreadCard",
    "ThreadWindow",
    "draft_for",
    "drafts",
    "find_space",
    "find_thread",
    "get_post",
    "get_space",
    "get_thread",
    "kind_of",
    "kinds",
    "look_at",
    "look_into",
    "managed_spaces",
    "overdue",
    "own_documents",
    "promise_counts",
    "reactions",
    "read_thread",
    "removal_counts",
    "render",
    "revisions",
    "seconded",
    "sight_of",
    "spaces",
    "stream",
    "threads",
    "threads_in",
    "threads_of_kind",
    "told",
    "type_of",
    "types_of_spaces",
]
