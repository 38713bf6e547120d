"""What somebody began to write, kept on every device until it is sent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.errors import InvalidPost
from qunluo.conversation.models import Draft, Space, Thread
from qunluo.conversation.rules.writing import TEXT_LENGTH, TITLE_LENGTH
from qunluo.kernel.clock import now
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def save_draft(
    *,
    actor: "Person",
    space: Space,
    thread: Thread | None = None,
    kind: str = "",
    title: str = "",
    source: str = "",
    fields: Mapping[str, Any] | None = None,
) -> Draft | None:
    """Keep what is being written in a space, or as a reply in a thread; nothing written, no draft.

    InvalidPost, SpaceNotFound, SpacePutAway, Suspended, MembersOnly.
    """
    writer_in(actor, space)
    source, title = source.replace("\0", ""), title.replace("\0", "")
    if len(source) > TEXT_LENGTH:
        raise InvalidPost(fields={"source": [_("That is too long: at most 20,000 characters.")]})
    kept = {str(name)[:40]: str(said)[:2000] for name, said in (fields or {}).items() if said}
    if not source.strip() and not title.strip() and not kept:
        discard_draft(actor=actor, space=space, thread=thread)
        return None
    place: dict[str, Any] = {"thread": thread} if thread else {"thread": None, "space": space}
    return Draft.objects.update_or_create(
        person=actor,
        **place,
        defaults={
            "space": space,
            "kind": kind[:20],
            "title": title[:TITLE_LENGTH],
            "source": source,
            "fields": kept,
            "saved_at": now(),
        },
    )[0]


@write_tx
def discard_draft(*, actor: "Person", space: Space, thread: Thread | None = None) -> None:
    """Throw away what was begun; nothing happens when there is nothing."""
    mine = Draft.objects.filter(person=actor, thread=thread)
    (mine if thread else mine.filter(space=space)).delete()
