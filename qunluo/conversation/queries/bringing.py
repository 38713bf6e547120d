"""Chats from elsewhere: reading their files, the names that came along, and who claimed them."""

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import QuerySet

from qunluo.community.queries import require
from qunluo.conversation.errors import ClaimNotFound, DayMissing, UnreadableChat
from qunluo.conversation.models import ImportedAuthor, Post
from qunluo.conversation.queries.circles import chat_of
from qunluo.conversation.rules import chatlogs
from qunluo.conversation.rules.chatlogs import FORMATS, ChatLog
from qunluo.kernel.paging import Page, page

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

MANAGE = "spaces.manage"
SHOWN = 3


def read_chat_log(
    raw: bytes,
    *,
    format: str,
    time_zone: str,
    filename: str = "",
    day: date | None = None,
    links: bytes = b"",
) -> ChatLog:
    """Return the messages of a file: `irc`, `wechat-text` or `csv`, times in the zone named.

    The day of an IRC log is `day` or stands in the name of the file; `links` are lines
    `to from -` of who answered whom. UnreadableChat, DayMissing.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    text = chatlogs.text_of(raw[: chatlogs.MOST_BYTES])
    try:
        if format == "irc":
            log = chatlogs.read_irc(text, zone, day or chatlogs.day_in(filename))
        else:
            log = chatlogs.READERS[format](text, zone)
    except (KeyError, chatlogs.NotReadable) as error:
        if error.args == ("day",):
            raise DayMissing from None
        raise UnreadableChat(format=format, formats=list(FORMATS)) from None
    if not log.messages:
        raise UnreadableChat(format=format, formats=list(FORMATS))
    return chatlogs.linked(log, chatlogs.text_of(links)) if links else log


def may_import(community: "Community", *, viewer: "Person") -> None:
    """Refuse whoever may not bring a chat in, before their file is read. PermissionMissing."""
    require(viewer, community, MANAGE)


def chat_formats() -> tuple[str, ...]:
    """Return the formats that can be read."""
    return FORMATS


def imported_authors(
    community: "Community", *, viewer: "Person", after: str | None = None, limit: int = 30
) -> Page[ImportedAuthor]:
    """Return the names of imported chats, for who arranges spaces. PermissionMissing."""
    require(viewer, community, MANAGE)
    return page(_of(community), ["-messages", "-id"], after, limit)


def has_imported(community: "Community") -> bool:
    """Return whether any chat was brought in."""
    return ImportedAuthor.objects.filter(community=community).exists()


def get_imported_author(community: "Community", pk: int, *, viewer: "Person") -> ImportedAuthor:
    """Return one of the names, for who arranges spaces. ClaimNotFound, PermissionMissing."""
    require(viewer, community, MANAGE)
    if found := _of(community).filter(pk=pk).first():
        return found
    raise ClaimNotFound


def author_by_code(community: "Community", code: str) -> ImportedAuthor:
    """Return the name that a claim code stands for while nobody has claimed it; ClaimNotFound."""
    found = _of(community).filter(code=code[:40].replace("\0", ""), claimed_at=None).first()
    if found is None or not code:
        raise ClaimNotFound
    return found


def writer_of(author_id: int) -> int | None:
    """Return whose messages those of a name are now: the claimer's or the stand-in's."""
    found = ImportedAuthor.objects.filter(pk=author_id).first()
    return (found.claimed_by_id or found.stand_in_id) if found else None


def first_words(author: ImportedAuthor) -> list[Post]:
    """Return the first messages under a name, so that one recognises oneself."""
    thread = chat_of(author.space)
    writer = author.claimed_by_id or author.stand_in_id
    mine = Post.objects.filter(thread=thread, author_id=writer, removed_at=None)
    return list(mine.order_by("place")[:SHOWN])


def _of(community: "Community") -> QuerySet[ImportedAuthor]:
    return ImportedAuthor.objects.filter(community=community).select_related(
        "community", "space__community", "claimed_by"
    )
