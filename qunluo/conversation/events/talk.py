"""What happens in conversation: facts with ids and codes, never the words that were written."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class SpaceOpened(Event):
    """An operator opened a space, or the founding did."""

    name: ClassVar[str] = "conversation.space_opened"
    audit: ClassVar[bool] = True
    space_id: int
    type: str
    visibility: str


@dataclass(frozen=True, kw_only=True)
class SpaceChanged(Event):
    """An operator changed name, purpose, place or visibility of a space."""

    name: ClassVar[str] = "conversation.space_changed"
    audit: ClassVar[bool] = True
    space_id: int
    changed: list[str]
    visibility: str


@dataclass(frozen=True, kw_only=True)
class SpaceArchived(Event):
    """An operator put a space away: it can still be read."""

    name: ClassVar[str] = "conversation.space_archived"
    audit: ClassVar[bool] = True
    space_id: int


@dataclass(frozen=True, kw_only=True)
class SpaceRestored(Event):
    """An operator brought a space back into use."""

    name: ClassVar[str] = "conversation.space_restored"
    audit: ClassVar[bool] = True
    space_id: int


@dataclass(frozen=True, kw_only=True)
class ThreadOpened(Event):
    """A member opened a thread; `kind` is one of the definitions, `number` is how it is called."""

    name: ClassVar[str] = "conversation.thread_opened"
    thread_id: int
    post_id: int
    space_id: int
    kind: str
    number: int


@dataclass(frozen=True, kw_only=True)
class ThreadOpenedToAll(Event):
    """A thread that some read first is for everybody now; `person_id` as when it was opened."""

    name: ClassVar[str] = "conversation.thread_opened_to_all"
    thread_id: int
    post_id: int
    space_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class ReplyWritten(Event):
    """A member replied; `person_id` is who opened the thread, `place` counts posts in it."""

    name: ClassVar[str] = "conversation.reply_written"
    thread_id: int
    post_id: int
    space_id: int
    number: int
    place: int


@dataclass(frozen=True, kw_only=True)
class PersonMentioned(Event):
    """Somebody was called by name in a post that they may read."""

    name: ClassVar[str] = "conversation.person_mentioned"
    thread_id: int
    post_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class PostEdited(Event):
    """An author changed a post; the version before is kept."""

    name: ClassVar[str] = "conversation.post_edited"
    thread_id: int
    post_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class PostWithdrawn(Event):
    """An author took a post back; its words are gone."""

    name: ClassVar[str] = "conversation.post_withdrawn"
    thread_id: int
    post_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class PostRemoved(Event):
    """An operator removed a post under a rule; the reason stands in its place."""

    name: ClassVar[str] = "conversation.post_removed"
    audit: ClassVar[bool] = True
    thread_id: int
    post_id: int
    number: int
    rule_id: str


@dataclass(frozen=True, kw_only=True)
class ThreadMoved(Event):
    """A member moved a thread from one state to the next; `person_id` is who opened it."""

    name: ClassVar[str] = "conversation.thread_moved"
    thread_id: int
    number: int
    kind: str
    move: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ThreadHandled(Event):
    """Somebody moved a thread by a permission of their role; `person_id` is who opened it."""

    name: ClassVar[str] = "conversation.thread_handled"
    audit: ClassVar[bool] = True
    thread_id: int
    number: int
    kind: str
    move: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class AnswerAccepted(Event):
    """An answer was accepted; `person_id` is who gave it."""

    name: ClassVar[str] = "conversation.answer_accepted"
    thread_id: int
    post_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class Reacted(Event):
    """Somebody reacted to a post of `person_id`, or seconded a worry."""

    name: ClassVar[str] = "conversation.reacted"
    thread_id: int
    post_id: int
    number: int
    reaction: str


@dataclass(frozen=True, kw_only=True)
class ReactionWithdrawn(Event):
    """Somebody took a reaction back."""

    name: ClassVar[str] = "conversation.reaction_withdrawn"
    thread_id: int
    post_id: int
    number: int
    reaction: str


@dataclass(frozen=True, kw_only=True)
class PollAnswered(Event):
    """A member answered a poll of `person_id`; what they answered is not told."""

    name: ClassVar[str] = "conversation.poll_answered"
    thread_id: int
    post_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class PollEnded(Event):
    """Who asked ended a poll before its time."""

    name: ClassVar[str] = "conversation.poll_ended"
    thread_id: int
    post_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class PrivateTalkJoined(Event):
    """Somebody came into a talk among chosen people; it stands in no community's log."""

    name: ClassVar[str] = "conversation.private_talk_joined"
    space_id: int
    thread_id: int


@dataclass(frozen=True, kw_only=True)
class PrivateTalkLeft(Event):
    """Somebody left a talk among chosen people, or its host took them out."""

    name: ClassVar[str] = "conversation.private_talk_left"
    space_id: int


@dataclass(frozen=True, kw_only=True)
class PostRestored(Event):
    """A removed post stands again after an appeal; `person_id` is who wrote it."""

    name: ClassVar[str] = "conversation.post_restored"
    audit: ClassVar[bool] = True
    thread_id: int
    post_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class ChatImported(Event):
    """Messages of another chat came into a room, from place `first` to `last` of its thread."""

    name: ClassVar[str] = "conversation.chat_imported"
    audit: ClassVar[bool] = True
    space_id: int
    thread_id: int
    first: int
    last: int
    people: int


@dataclass(frozen=True, kw_only=True)
class ImportedAuthorClaimed(Event):
    """A member took over what they once wrote under a name in another chat."""

    name: ClassVar[str] = "conversation.imported_author_claimed"
    space_id: int
    thread_id: int
    author_id: int
    messages: int


@dataclass(frozen=True, kw_only=True)
class ImportedAuthorReleased(Event):
    """An operator undid a claim: the messages stand under the old name again."""

    name: ClassVar[str] = "conversation.imported_author_released"
    audit: ClassVar[bool] = True
    space_id: int
    thread_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class ThreadTakenAlong(Event):
    """An author brought their thread into another space."""

    name: ClassVar[str] = "conversation.thread_taken_along"
    thread_id: int
    number: int
    space_id: int
    left_space_id: int


@dataclass(frozen=True, kw_only=True)
class ThreadRelocated(Event):
    """An operator brought a thread of `person_id` into another space."""

    name: ClassVar[str] = "conversation.thread_relocated"
    audit: ClassVar[bool] = True
    thread_id: int
    number: int
    space_id: int
    left_space_id: int


@dataclass(frozen=True, kw_only=True)
class PostsTakenAlong(Event):
    """An author moved posts of their own into a new thread."""

    name: ClassVar[str] = "conversation.posts_taken_along"
    thread_id: int
    number: int
    space_id: int
    left_thread_id: int
    left_number: int
    posts: int


@dataclass(frozen=True, kw_only=True)
class PostsSplit(Event):
    """An operator moved posts into a new thread; `person_id` wrote the first of them."""

    name: ClassVar[str] = "conversation.posts_split"
    audit: ClassVar[bool] = True
    thread_id: int
    number: int
    space_id: int
    left_thread_id: int
    left_number: int
    posts: int
