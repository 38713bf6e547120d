"""What comes with the words of a message: files that wait for it, and a poll."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qunluo.conversation.actions import attaching, polling
from qunluo.conversation.actions.messages import Said
from qunluo.conversation.errors import InvalidPost
from qunluo.conversation.models import Attachment, Post, Thread
from qunluo.conversation.rules.polls import Asked, check_poll
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from qunluo.people.models import Person


@dataclass(frozen=True)
class Beside:
    """Files and a poll, checked, that a message takes along."""

    files: list[Attachment]
    asked: Asked | None

    @property
    def words(self) -> list[str]:
        """Return what it says itself, for whoever looks words over."""
        return list(self.asked.options) if self.asked else []

    def shown(self, said: Said) -> Said:
        """Return the words with what lists show of them; a message of files alone has signs."""
        return said if said.excerpt else replace(said, excerpt=attaching.excerpt(self.files))

    def put(self, thread: Thread, post: Post) -> None:
        """Give everything to the post that was just written."""
        attaching.claim(self.files, thread, post)
        if self.asked:
            polling.ask(post, self.asked)


def taken_along(actor: "Person", attached: Iterable[str], poll: Mapping[str, Any] | None) -> Beside:
    """Return what a message takes along; needs a transaction. InvalidPost, TooManyFiles."""
    asked = check_poll(poll, now()) if poll else None
    if asked and asked.faults:
        raise InvalidPost(fields=asked.faults)
    return Beside(attaching.waiting(actor, attached), asked)
