"""Reading what conversation knows; fetching is permission."""

from qunluo.conversation.queries.adverts import ad_share
from qunluo.conversation.queries.boards import BoardCard, boards, states_of, times_moved
from qunluo.conversation.queries.bringing import (
    author_by_code,
    chat_formats,
    first_words,
    get_imported_author,
    has_imported,
    imported_authors,
    may_import,
    read_chat_log,
    writer_of,
)
from qunluo.conversation.queries.cards import ThreadCard
from qunluo.conversation.queries.chat import read_chat
from qunluo.conversation.queries.circles import (
    Inside,
    TalkCard,
    chat_of,
    other_of,
    people_of,
    read_by_other,
    still_there,
    talk_of_two,
    talks,
)
from qunluo.conversation.queries.files import FileView, waiting_files
from qunluo.conversation.queries.handling import (
    overdue,
    promise_counts,
    removal_counts,
    threads_of_kind,
)
from qunluo.conversation.queries.hearing import (
    followers_of,
    following_of,
    hearers,
    known_communities,
    known_spaces,
    known_threads,
    listening,
    readers_among,
)
from qunluo.conversation.queries.held import HeldView, case_of, get_held, held_posts
from qunluo.conversation.queries.listening import (
    Hearing,
    hearings,
    marks_to_tell,
    posts_to_tell,
    spaces_of_threads,
)
from qunluo.conversation.queries.opening import (
    get_attachment,
    open_attachment,
    own_attachment,
)
from qunluo.conversation.queries.own_data import own_documents, own_files
from qunluo.conversation.queries.people import PEOPLE
from qunluo.conversation.queries.polls import PollView
from qunluo.conversation.queries.previewing import preview
from qunluo.conversation.queries.public import Opener, Shareable, newest_openers, shareable
from qunluo.conversation.queries.search import (
    Found,
    Hit,
    Narrowing,
    posts_of_thread,
    search,
    spaces_to_look_in,
    unfound_posts,
)
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
    post_ids,
    read_thread,
    revisions,
    seconded,
    threads,
    threads_in,
    told,
)
from qunluo.conversation.queries.topics import TopicCount, threads_on, topics
from qunluo.conversation.rules.kinds import kind_of, kinds
from qunluo.conversation.rules.markup import render
from qunluo.conversation.rules.reading import reactions
from qunluo.conversation.rules.spaces import type_of
from qunluo.conversation.rules.writing import moments

__all__ = [
    "BoardCard",
    "FileView",
    "Found",
    "Hearing",
    "HeldView",
    "Hit",
    "Inside",
    "Narrowing",
    "Opener",
    "PEOPLE",
    "PollView",
    "PostView",
    "Shareable",
    "Sight",
    "SpaceCard",
    "TalkCard",
    "ThreadCard",
    "ThreadWindow",
    "TopicCount",
    "ad_share",
    "author_by_code",
    "boards",
    "case_of",
    "chat_formats",
    "chat_of",
    "draft_for",
    "drafts",
    "find_space",
    "find_thread",
    "first_words",
    "followers_of",
    "following_of",
    "get_attachment",
    "get_held",
    "get_imported_author",
    "get_post",
    "get_space",
    "get_thread",
    "has_imported",
    "hearers",
    "hearings",
    "held_posts",
    "imported_authors",
    "kind_of",
    "kinds",
    "known_communities",
    "known_spaces",
    "known_threads",
    "listening",
    "look_at",
    "look_into",
    "managed_spaces",
    "marks_to_tell",
    "may_import",
    "moments",
    "newest_openers",
    "open_attachment",
    "other_of",
    "overdue",
    "own_attachment",
    "own_documents",
    "own_files",
    "people_of",
    "post_ids",
    "posts_of_thread",
    "posts_to_tell",
    "preview",
    "promise_counts",
    "reactions",
    "read_by_other",
    "read_chat",
    "read_chat_log",
    "read_thread",
    "readers_among",
    "removal_counts",
    "render",
    "revisions",
    "search",
    "seconded",
    "shareable",
    "sight_of",
    "spaces",
    "spaces_of_threads",
    "spaces_to_look_in",
    "states_of",
    "still_there",
    "stream",
    "talk_of_two",
    "talks",
    "threads",
    "threads_in",
    "threads_of_kind",
    "threads_on",
    "times_moved",
    "told",
    "topics",
    "type_of",
    "types_of_spaces",
    "unfound_posts",
    "waiting_files",
    "writer_of",
]
