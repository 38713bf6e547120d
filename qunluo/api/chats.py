"""Chats from elsewhere: bringing one in, and claiming what one wrote there."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.shapes import Day, Given, Listing, Paging, Plainly, Shown, listing
from qunluo.conversation import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.conversation import models as rows

area = Area("chats", "Talk")
IMPORTS = Rate("chat_import", 20, 3600)
AuthorPath = Annotated[int, Path(ge=1, le=2**63 - 1), Plainly]
CodePath = Annotated[str, Path(max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]


class ChatWish(Given):
    """A chat as text; times are those of the community's clock."""

    format: str = Field(description=_("wechat-text, csv or irc."), max_length=20)
    room: str = Field(min_length=1, max_length=60)
    text: str = Field(min_length=1, max_length=5_000_000)
    day: Day | None = Field(None, description=_("The first day of a log that tells only hours."))


class ChatBrought(Shown):
    """What an import came to."""

    space: str
    thread_number: int
    new: int
    known: int
    people: int


class ImportedAuthor(Shown):
    """A name in an imported chat."""

    id: int
    name: str
    space: str
    messages: int
    claim_code: str = Field(description=_("Empty once somebody has claimed the name."))
    claimed_by: str | None = Field(description=_("The handle of who claimed it."))
    claimed_at: datetime | None


@area.write(
    "POST",
    "/communities/{slug}/imported-chats",
    ChatBrought,
    scope="talk:write",
    status=201,
    rate=IMPORTS,
)
def import_chat(request: Caller, slug: SlugPath, wish: ChatWish) -> Status[dict[str, Any]]:
    """Bring a chat in."""
    community = community_of(request, slug)
    queries.may_import(community, viewer=request.person)
    log = queries.read_chat_log(
        wish.text.encode(), format=wish.format, time_zone=community.time_zone, day=wish.day
    )
    done = actions.import_chat(actor=request.person, community=community, log=log, room=wish.room)
    told = {"space": done.space.slug, "thread_number": done.thread.number}
    return Status(201, {**told, "new": done.new, "known": done.known, "people": done.people})


@area.read("/communities/{slug}/imported-authors", Listing[ImportedAuthor], scope="talk:read")
def imported_authors(request: Caller, slug: SlugPath, wanted: Query[Paging]) -> dict[str, Any]:
    """List the names that came along."""
    found = queries.imported_authors(
        community_of(request, slug), viewer=request.person, after=wanted.after, limit=wanted.limit
    )
    return listing(request, found.items, found.next, _author)


@area.write(
    "POST", "/communities/{slug}/imported-authors/claim/{code}", ImportedAuthor, scope="talk:write"
)
def claim_author(request: Caller, slug: SlugPath, code: CodePath) -> dict[str, Any]:
    """Claim a name."""
    community = community_of(request, slug)
    return _author(actions.claim_author(actor=request.person, community=community, code=code))


@area.write(
    "POST",
    "/communities/{slug}/imported-authors/{author_id}/release",
    ImportedAuthor,
    scope="talk:write",
)
def release_author(request: Caller, slug: SlugPath, author_id: AuthorPath) -> dict[str, Any]:
    """Undo a claim."""
    community = community_of(request, slug)
    author = queries.get_imported_author(community, author_id, viewer=request.person)
    return _author(actions.release_author(actor=request.person, author=author))


def _author(author: "rows.ImportedAuthor") -> dict[str, Any]:
    return {
        "id": author.pk,
        "name": author.name,
        "space": author.space.slug,
        "messages": author.messages,
        "claim_code": "" if author.claimed_at else author.code,
        "claimed_by": author.claimed_by.handle if author.claimed_by else None,
        "claimed_at": author.claimed_at,
    }
