"""Bringing another chat in: its messages, under the names they had, until their authors come."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from qunluo.community.queries import active_members, require, require_member
from qunluo.conversation import events
from qunluo.conversation.actions import marks
from qunluo.conversation.actions.indexing import index_posts
from qunluo.conversation.actions.spaces import MANAGE, open_space
from qunluo.conversation.errors import ClaimNotFound, OlderThanRoom, UnreadableChat
from qunluo.conversation.models import ImportedAuthor, Post, Space, Thread
from qunluo.conversation.queries.bringing import author_by_code
from qunluo.conversation.queries.circles import chat_of
from qunluo.conversation.rules.chatlogs import FORMATS, GLITCH, ChatLog, Said, verbatim
from qunluo.conversation.rules.markup import plain
from qunluo.kernel.clock import now
from qunluo.kernel.ids import token
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.people.actions import add_stand_ins

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

CHUNK = 2_000
ROOM = "chat"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Brought:
    """What an import came to."""

    space: Space
    thread: Thread
    new: int
    known: int
    people: int


def import_chat(
    *,
    actor: "Person",
    community: "Community",
    log: ChatLog,
    room: str,
    progress: Progress = lambda _done, _total: None,
) -> Brought:
    """Bring the messages of a log into a room, by the name of one or into a new one.

    A message that is there already is left alone, so the same file twice is one, and an import
    that broke off goes on. Nobody is told, and nothing of it is unread.
    UnreadableChat, OlderThanRoom, InvalidSpace, PermissionMissing.
    """
    require(actor, community, MANAGE)
    if not log.messages:
        raise UnreadableChat(format="-", formats=list(FORMATS))
    space = _room(actor, community, room.strip())
    thread = chat_of(space)
    authors, fresh = _authors(space, log.messages)
    ids = _ids(authors, log.messages)
    places: dict[int, int] = {}
    known, first = 0, 0
    for start in range(0, len(log.messages), CHUNK):
        part = range(start, min(start + CHUNK, len(log.messages)))
        there, began = _bring(thread, log.messages, part, authors, ids, places)
        known, first = known + there, first or began
        progress(part.stop, len(log.messages))
    new = len(log.messages) - known
    if new:
        _tell(actor, thread, authors, first, fresh)
    return Brought(space, thread, new, known, fresh)


@write_tx
def _room(actor: "Person", community: "Community", name: str) -> Space:
    rooms = Space.objects.filter(community=community, type=ROOM).exclude(visibility="people")
    found = rooms.filter(slug=name).first() or rooms.filter(name=name).first()
    return found or open_space(actor=actor, community=community, name=name, type=ROOM)


@write_tx
def _authors(space: Space, messages: Sequence[Said]) -> tuple[dict[str, ImportedAuthor], int]:
    """Return who stands behind each name, and how many of them are new."""
    names = dict.fromkeys(said.author for said in messages)
    found = {one.name: one for one in ImportedAuthor.objects.filter(space=space, name__in=names)}
    missing = [name for name in names if name not in found]
    language, zone = space.community.language, space.community.time_zone
    stand_ins = add_stand_ins(names=missing, language=language, time_zone=zone)
    made = ImportedAuthor.objects.bulk_create(
        ImportedAuthor(community_id=space.community_id, space=space, name=name, stand_in=one)
        for name, one in zip(missing, stand_ins, strict=True)
    )
    return found | {one.name: one for one in made}, len(made)


def _ids(authors: dict[str, ImportedAuthor], messages: Sequence[Said]) -> list[str]:
    """Return what makes each message the same one when it comes again."""
    seen: Counter[tuple[str, str, str]] = Counter()
    ids = []
    for said in messages:
        what = (said.author, said.at.isoformat(), said.text)
        seen[what] += 1
        raw = "\0".join((*what, str(seen[what]))).encode()
        ids.append(f"{_mark(authors[said.author])}{hashlib.sha256(raw).hexdigest()[:24]}")
    return ids


def _mark(author: ImportedAuthor) -> str:
    """Return how the ids of the messages of a name begin."""
    return f"im{author.pk}:"


@write_tx
def _bring(
    thread: Thread,
    messages: Sequence[Said],
    part: range,
    authors: dict[str, ImportedAuthor],
    ids: Sequence[str],
    places: dict[int, int],
) -> tuple[int, int]:
    """Append a part of the log; return how many were there already, and the first new place.

    `places` is where each message of the log stands, and grows with it.
    """
    Thread.objects.filter(pk=thread.pk).update(posts=F("posts"))  # the row is ours from here on
    room = Thread.objects.select_related("community").get(pk=thread.pk)
    there = dict(
        Post.objects.filter(
            author__in={_writer(authors[messages[index].author]) for index in part},
            client_id__in=[ids[index] for index in part],
            thread=thread,
        ).values_list("client_id", "place")
    )
    places |= {index: there[ids[index]] for index in part if ids[index] in there}
    fresh = [index for index in part if ids[index] not in there]
    if not fresh:
        return len(part), 0
    began = messages[fresh[0]].at
    if room.posts and room.active_at - began > GLITCH:
        raise OlderThanRoom(moment=room.active_at)
    for place, index in enumerate(fresh, start=room.posts + 1):
        places[index] = place
    _insert(room, messages, fresh, authors, ids, places)
    last = messages[fresh[-1]]
    marks.told_before(room, len(fresh), active_members(room.community))
    Thread.objects.filter(pk=thread.pk).update(
        posts=room.posts + len(fresh),
        replies=F("replies") + len(fresh),
        active_at=last.at,
        last_author=_writer(authors[last.author]),
        last_excerpt=plain(verbatim(last.text)),
    )
    return len(part) - len(fresh), room.posts + 1


def _insert(
    room: Thread,
    messages: Sequence[Said],
    fresh: Sequence[int],
    authors: dict[str, ImportedAuthor],
    ids: Sequence[str],
    places: dict[int, int],
) -> None:
    Post.objects.bulk_create(
        (
            Post(
                community_id=room.community_id,
                thread=room,
                place=places[index],
                author_id=_writer(authors[messages[index].author]),
                source=messages[index].text,
                html=verbatim(messages[index].text),
                reply_to=places.get(-1 if (to := messages[index].reply_to) is None else to, 0),
                client_id=ids[index],
                written_at=messages[index].at,
            )
            for index in fresh
        ),
        batch_size=500,
    )
    counts = Counter(messages[index].author for index in fresh)
    for name, count in counts.items():
        authors[name].messages += count
    ImportedAuthor.objects.bulk_update([authors[name] for name in counts], ["messages"], 200)


def _writer(author: ImportedAuthor) -> int:
    return author.claimed_by_id or author.stand_in_id


@write_tx
def _tell(
    actor: "Person",
    thread: Thread,
    authors: dict[str, ImportedAuthor],
    first: int,
    people: int,
) -> None:
    thread.refresh_from_db(fields=["posts"])
    publish(
        events.ChatImported(
            community_id=thread.community_id,
            actor_id=actor.pk,
            space_id=thread.space_id,
            thread_id=thread.pk,
            first=first,
            last=thread.posts,
            people=people,
        )
    )


@write_tx
def claim_author(*, actor: "Person", community: "Community", code: str) -> ImportedAuthor:
    """Take over what one wrote under a name elsewhere; the code is proof, and is used up.

    ClaimNotFound, MembersOnly, Suspended.
    """
    require_member(actor, community)
    author = author_by_code(community, code)
    taken = ImportedAuthor.objects.filter(pk=author.pk, claimed_at=None).update(
        claimed_by=actor, claimed_at=now()
    )
    if not taken:
        raise ClaimNotFound
    thread = _hand_over(author, author.stand_in_id, actor.pk)
    author.refresh_from_db()
    publish(
        events.ImportedAuthorClaimed(
            community_id=author.community_id,
            actor_id=actor.pk,
            person_id=actor.pk,
            space_id=author.space_id,
            thread_id=thread.pk,
            author_id=author.pk,
            messages=author.messages,
        )
    )
    return author


@write_tx
def release_author(*, actor: "Person", author: ImportedAuthor) -> ImportedAuthor:
    """Undo a claim; the name can be claimed again, by a new code. PermissionMissing."""
    require(actor, author.community, MANAGE)
    claimer = author.claimed_by_id
    freed = ImportedAuthor.objects.filter(pk=author.pk, claimed_at__isnull=False).update(
        claimed_by=None, claimed_at=None, code=token()
    )
    author.refresh_from_db()
    if not freed:
        return author
    thread = _hand_over(author, claimer, author.stand_in_id) if claimer else chat_of(author.space)
    publish(
        events.ImportedAuthorReleased(
            community_id=author.community_id,
            actor_id=actor.pk,
            person_id=claimer,
            space_id=author.space_id,
            thread_id=thread.pk,
            author_id=author.pk,
        )
    )
    return author


def _hand_over(author: ImportedAuthor, before: int, after: int) -> Thread:
    """Put the messages of a name under another person."""
    thread = chat_of(author.space)
    mine = Post.objects.filter(thread=thread, author_id=before, client_id__startswith=_mark(author))
    mine.update(author_id=after)
    Thread.objects.filter(pk=thread.pk, last_author_id=before).update(last_author_id=after)
    return thread


def index_room(thread_id: int, *, author_id: int | None = None, first: int = 0) -> None:
    """Let the messages of a room be found, from a place on or of one author."""
    found = Post.objects.filter(thread_id=thread_id, place__gte=first).order_by("place")
    if author_id:
        found = found.filter(author_id=author_id)
    ids = list(found.values_list("pk", flat=True))
    for start in range(0, len(ids), 500):
        index_posts(ids[start : start + 500])
