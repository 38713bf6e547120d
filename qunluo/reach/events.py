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
