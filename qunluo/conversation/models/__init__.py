"""The tables of conversation."""

from qunluo.conversation.models.calendar import (
    CalendarSettings,
    OnTone,
    PlannedAuthor,
    PlannedItem,
    PlannedVersion,
)
from qunluo.conversation.models.files import Attachment, Poll, PollAnswer
from qunluo.conversation.models.held import HeldPost
from qunluo.conversation.models.imported import ImportedAuthor
from qunluo.conversation.models.reading import (
    Draft,
    Mention,
    Reaction,
    Reading,
    SpaceFollowing,
    Tie,
)
from qunluo.conversation.models.search import Document, Tagging, Topic
from qunluo.conversation.models.services import ServiceRequest
from qunluo.conversation.models.spaces import CircleAsking, Numbering, Space, SpaceMember
from qunluo.conversation.models.surveys import Survey, SurveyAnswer
from qunluo.conversation.models.threads import Post, Revision, Thread

__all__ = [
    "Attachment",
    "CalendarSettings",
    "CircleAsking",
    "Document",
    "Draft",
    "HeldPost",
    "ImportedAuthor",
    "Mention",
    "Numbering",
    "OnTone",
    "PlannedAuthor",
    "PlannedItem",
    "PlannedVersion",
    "Poll",
    "PollAnswer",
    "Post",
    "Reaction",
    "Reading",
    "Revision",
    "ServiceRequest",
    "Space",
    "SpaceFollowing",
    "SpaceMember",
    "Survey",
    "SurveyAnswer",
    "Tagging",
    "Thread",
    "Tie",
    "Topic",
]
