"""The tables of conversation."""

from qunluo.conversation.models.files import Attachment, Poll, PollAnswer
from qunluo.conversation.models.reading import Draft, Mention, Reaction, Reading
from qunluo.conversation.models.search import Document, Tagging, Topic
from qunluo.conversation.models.spaces import Numbering, Space, SpaceMember
from qunluo.conversation.models.threads import Post, Revision, Thread

__all__ = [
    "Attachment",
    "Document",
    "Draft",
    "Mention",
    "Numbering",
    "Poll",
    "PollAnswer",
    "Post",
    "Reaction",
    "Reading",
    "Revision",
    "Space",
    "SpaceMember",
    "Tagging",
    "Thread",
    "Topic",
]
