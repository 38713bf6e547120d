"""The tables of conversation."""

from qunluo.conversation.models.reading import Draft, Mention, Reaction, Reading
from qunluo.conversation.models.spaces import Numbering, Space
from qunluo.conversation.models.threads import Post, Revision, Thread

__all__ = [
    "Draft",
    "Mention",
    "Numbering",
    "Post",
    "Reaction",
    "Reading",
    "Revision",
    "Space",
    "Thread",
]
