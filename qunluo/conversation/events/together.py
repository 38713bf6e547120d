"""What is planned and asked in conversation: the calendar, circles, short questions."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CircleAsked(Event):
    """Somebody asked to be let into a circle; it stands in no community's log."""

    name: ClassVar[str] = "conversation.circle_asked"
    space_id: int
    asking_id: int


@dataclass(frozen=True, kw_only=True)
class CircleAnswered(Event):
    """The host of a circle let `person_id` in or did not; it stands in no community's log."""

    name: ClassVar[str] = "conversation.circle_answered"
    space_id: int
    asking_id: int
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class ItemScheduled(Event):
    """An author gave an item of the calendar its time."""

    name: ClassVar[str] = "conversation.item_scheduled"
    item_id: int
    space_id: int


@dataclass(frozen=True, kw_only=True)
class ItemPublished(Event):
    """An item of the calendar appeared as a thread; `person_id` is its author."""

    name: ClassVar[str] = "conversation.item_published"
    item_id: int
    thread_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemHeld(Event):
    """An item of the calendar could not appear at its time; its author reads why."""

    name: ClassVar[str] = "conversation.item_held"
    item_id: int


@dataclass(frozen=True, kw_only=True)
class ItemWithdrawn(Event):
    """An author took an item back before it appeared."""

    name: ClassVar[str] = "conversation.item_withdrawn"
    item_id: int


@dataclass(frozen=True, kw_only=True)
class ItemStopped(Event):
    """Somebody who publishes for the community took back an item of `person_id`."""

    name: ClassVar[str] = "conversation.item_stopped"
    audit: ClassVar[bool] = True
    item_id: int


@dataclass(frozen=True, kw_only=True)
class ItemRated(Event):
    """A member said how well an item sounds like the community; what they said is not told."""

    name: ClassVar[str] = "conversation.item_rated"
    item_id: int


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    """An operator changed what is asked before something is published."""

    name: ClassVar[str] = "conversation.calendar_changed"
    audit: ClassVar[bool] = True
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class SurveyOpened(Event):
    """Who publishes for the community asked every member one of the short questions."""

    name: ClassVar[str] = "conversation.survey_opened"
    audit: ClassVar[bool] = True
    survey_id: int
    question: str
    number: int


@dataclass(frozen=True, kw_only=True)
class SurveyEnded(Event):
    """A round of a question ended, by its time or by somebody; its answers have no names now."""

    name: ClassVar[str] = "conversation.survey_ended"
    audit: ClassVar[bool] = True
    survey_id: int
    question: str
    number: int


@dataclass(frozen=True, kw_only=True)
class ServiceRequested(Event):
    """A member asked `person_id` for a service; `price` is in points, 0 for none."""

    name: ClassVar[str] = "conversation.service_requested"
    request_id: str
    thread_id: int
    number: int
    price: int


@dataclass(frozen=True, kw_only=True)
class ServiceMoved(Event):
    """A request for a service went on; `person_id` is the other side, `step` what was done.

    Without an actor it went on by itself; it is then about who offers the service.
    """

    name: ClassVar[str] = "conversation.service_moved"
    request_id: str
    thread_id: int
    number: int
    step: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ServiceDecided(Event):
    """Who keeps the books decided whether a service was delivered to `person_id`, with a reason."""

    name: ClassVar[str] = "conversation.service_decided"
    audit: ClassVar[bool] = True
    request_id: str
    thread_id: int
    number: int
    step: str
    before: str
    after: str
