"""The home stream: what waits, what people one talks with said, the rest; it ends."""

from datetime import datetime
from typing import Any, Literal

from ninja import Query
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Listing, Paging, Shown, listing
from qunluo.api.talk import Thread, show_thread
from qunluo.conversation import queries
from qunluo.kernel.text import _

area = Area("stream", "Talk")


class StreamComment(Shown):
    """A reply as a card shows it."""

    place: int
    author: PersonCard
    text: str
    written_at: datetime


class StreamPaging(Paging):
    """How much of the stream, and in which order."""

    order: Literal["ranked", "newest"] = Field(
        "ranked", description=_("What matters first, or plainly the newest.")
    )


class StreamThread(Thread):
    """A thread of the stream, with the part in which it stands and the last words about it."""

    section: str = Field(description=_("waiting, people or rest; empty when newest first."))
    body: str = Field(description=_("How its first post begins, as plain text."))
    useful: int
    fun: int
    warm: int
    beneficial: int
    comments: list[StreamComment] = Field(description=_("The last two replies, oldest first."))


@area.read("/me/stream", Listing[StreamThread], scope="talk:read")
def stream(request: Caller, paging: Query[StreamPaging]) -> dict[str, Any]:
    """Show what is said where the caller belongs."""
    found = queries.stream(
        request.person, after=paging.after, limit=paging.limit, order=paging.order
    )
    return listing(request, found.items, found.next, show_card)


def show_card(one: queries.ThreadCard) -> dict[str, Any]:
    """Return a card as the API shows it."""
    more = {name: getattr(one, name) for name in ("section", "body", *queries.FELT)}
    said = [
        {"place": c.place, "author": card(c.author), "text": c.text, "written_at": c.written_at}
        for c in one.comments
    ]
    return {**show_thread(one, one.space.community.slug), **more, "comments": said}
