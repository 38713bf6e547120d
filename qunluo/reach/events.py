"""What happens to mail."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MailFailed(Event):
    """A mail could not be delivered after every attempt; an operator sees it on the desk."""

    name: ClassVar[str] = "reach.mail_failed"
    delivery_id: int
    template: str


@dataclass(frozen=True, kw_only=True)
class MailRetried(Event):
    """An operator asked for a failed mail to be tried again."""

    name: ClassVar[str] = "reach.mail_retried"
    audit: ClassVar[bool] = True
    delivery_id: int


@dataclass(frozen=True, kw_only=True)
class Unsubscribed(Event):
    """Somebody wants no more unasked mail; who is known only by a digest."""

    name: ClassVar[str] = "reach.unsubscribed"
    digest: str
    source: str


@dataclass(frozen=True, kw_only=True)
class MailAllowedAgain(Event):
    """Somebody took back that they never want mail again."""

    name: ClassVar[str] = "reach.mail_allowed_again"


@dataclass(frozen=True, kw_only=True)
class ChannelAdded(Event):
    """An operator attached a channel to the community."""

    name: ClassVar[str] = "reach.channel_added"
    audit: ClassVar[bool] = True
    channel_id: int
    kind: str
    job: str


@dataclass(frozen=True, kw_only=True)
class ChannelChanged(Event):
    """An operator changed a channel: what it carries, its secret, or whether it works at all."""

    name: ClassVar[str] = "reach.channel_changed"
    audit: ClassVar[bool] = True
    channel_id: int
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class ChannelRemoved(Event):
    """An operator removed a channel; people, posts and history stay."""

    name: ClassVar[str] = "reach.channel_removed"
    audit: ClassVar[bool] = True
    channel_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class ChannelTried(Event):
    """An operator sent a trial message through a channel, or one that had failed again."""

    name: ClassVar[str] = "reach.channel_tried"
    audit: ClassVar[bool] = True
    channel_id: int
    sending_id: int


@dataclass(frozen=True, kw_only=True)
class ChannelFailed(Event):
    """A message could not be carried after every attempt, or the other side wants no more."""

    name: ClassVar[str] = "reach.channel_failed"
    channel_id: int
    sending_id: int
    status: int


@dataclass(frozen=True, kw_only=True)
class ArrivalLetIn(Event):
    """An operator read what a program had sent and what was refused, and let it appear."""

    name: ClassVar[str] = "reach.arrival_let_in"
    audit: ClassVar[bool] = True
    channel_id: int
    arrival_id: int


@dataclass(frozen=True, kw_only=True)
class MessageArrived(Event):
    """Something came in by a channel and waits to be put where it belongs."""

    name: ClassVar[str] = "reach.message_arrived"
    channel_id: int
    arrival_id: int
