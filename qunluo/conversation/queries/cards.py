"""A thread as lists show it; the same for everybody but for a small overlay of the viewer's."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import east_asian_width

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from qunluo.conversation.models import Post, Thread
from qunluo.conversation.rules.kinds import Kind, State, kind_of
from qunluo.conversation.rules.markup import plain
from qunluo.conversation.rules.reading import KEEP_DAYS, why, why_label
from qunluo.governance.queries import hidden_ids
from qunluo.kernel.clock import now
from qunluo.kernel.prepared import ask
from qunluo.kernel.rows import JsonRow, JsonRows
from qunluo.kernel.text import pick, worded
from qunluo.people.queries import Card

if TYPE_CHECKING:
    from qunluo.conversation.models import Space

COLUMNS = (
    "id", "community_id", "space_id", "number", "kind", "state", "title", "excerpt", "fields",
    "author_id", "assignee_id", "due_on", "settled", "accepted_place", "posts", "replies",
    "reactions", "seconds", "opened_at", "active_at", "last_author_id", "last_excerpt",
    "opener_gone", "cover", "advert", "useful", "fun", "warm", "beneficial",
)  # fmt: skip
# The people of a thread: where their id, name, handle and picture stand in its row.
FACED = tuple(
    (f"{who}_id", f"{who}__name", f"{who}__handle", f"{who}__picture")
    for who in ("author", "last_author", "assignee")
)
FACES = tuple(name for names in FACED for name in names[1:])
SHOWN = (*COLUMNS, *FACES, "opened", "late")
LATELY, COMMENTS, READ_OF = 4, 2, 1500  # posts looked at, shown, and characters of HTML of each
BODY, COMMENT = 112, 60  # columns that a card shows; a Chinese character takes two
MINE = ("mine__read", "mine__ahead", "mine__following", "mine__mentioned")
KEPT = timedelta(days=KEEP_DAYS)
NOBODY = Card(0, "", "", "")
CHAT = "chat"


class Comment(NamedTuple):
    """One of the last replies to a thread, as a card shows it."""

    place: int
    author: Card
    text: str
    written_at: datetime


class Light(NamedTuple):
    """What the order of a stream goes by, of one thread and one member; a row of its query."""

    id: int
    community_id: int
    kind: str
    state: str
    author_id: int | None
    last_author_id: int | None
    assignee_id: int | None
    due_on: date | None
    settled: bool
    posts: int
    replies: int
    opened_at: datetime
    active_at: datetime
    opener_gone: bool
    useful: int
    fun: int
    warm: int
    beneficial: int
    mine__read: int | None
    mine__ahead: int | None
    mine__following: str | None
    mine__mentioned: int | None
    knows_author: bool
    knows_last: bool
    last_away: bool
    asked_for: bool
    votes_left: bool


class _Said(NamedTuple):
    """What was said in a thread, as the database hands it over within the thread's row."""

    place: int
    text: str
    written_at: str
    attached: int
    polls: bool
    author_id: int
    name: str
    handle: str
    picture: str
    away: bool


class ThreadCard(NamedTuple):
    """One thread in a list: who, what, how much, and what of it is new to the viewer.

    `why` is a code of definitions/why.toml; `why_label` says it in both languages.
    """

    id: int
    community_id: int
    space: "Space"
    number: int
    kind: Kind
    state: State
    title: str
    excerpt: str
    fields: Mapping[str, Any]
    author: Card
    assignee: Card | None
    due_on: date | None
    settled: bool
    replies: int
    reactions: int
    seconds: int
    opened_at: datetime
    active_at: datetime
    last_author: Card
    last_excerpt: str
    gone: bool
    unread: int
    following: str
    started: bool
    why: str
    cover: str = ""
    advert: bool = False
    accepted_place: int = 0
    # How often it was felt to be so; the home stream goes by it in this order (R05).
    useful: int = 0
    fun: int = 0
    warm: int = 0
    beneficial: int = 0
    # What only the cards of a home stream have.
    section: str = ""
    words: Mapping[str, object] = MappingProxyType({})
    body: str = ""
    files: int = 0
    poll: bool = False
    comments: tuple[Comment, ...] = ()

    @property
    def name(self) -> str:
        """Return the title, or how the text begins."""
        return self.title or self.excerpt

    @property
    def why_label(self) -> dict[str, str]:
        """Return why it stands here, in both languages."""
        return {code: self.why_in(code) for code in why_label(self.why)}

    def why_in(self, language: str) -> str:
        """Return why it stands here, in one of them."""
        text: str = pick(why_label(self.why), language)
        said = {name: worded(one, language) for name, one in self.words.items()}
        return text.format(space=self.space.name, **said)

    @property
    def overdue(self) -> bool:
        """Return whether a day was named and has passed without the thread being settled."""
        return self.due_on is not None and not self.settled and self.due_on < now().date()


def with_reading(threads: "QuerySet[Thread]", person_id: int | None) -> Any:
    """Return rows for cards with their faces, and how far a person has read each thread."""
    if person_id is None:
        return threads.values(*COLUMNS, *FACES)
    mine = FilteredRelation("readings", condition=Q(readings__person_id=person_id))
    return threads.annotate(mine=mine).values(*COLUMNS, *FACES, *MINE)


def cards(
    rows: Iterable[Mapping[str, Any]],
    spaces: Mapping[int, "Space"],
    person_id: int | None,
    since: Mapping[int, datetime],
) -> list[ThreadCard]:
    """Return cards of rows; `since` says by community from when on threads count for the viewer."""
    return [card_of(row, spaces[row["space_id"]], _faces(row), person_id, since) for row in rows]


def stream_cards(
    ids: Sequence[int],
    spaces: Mapping[int, "Space"],
    person_id: int,
    since: Mapping[int, datetime],
    read: Mapping[int, Light],
) -> dict[int, ThreadCard]:
    """Return cards by id with how the text begins and the last two replies; one query.

    `read` says how far the reader has read each. Whether they may see them is decided before.
    """
    if not ids:
        return {}
    found = {}
    for values in ask("", _shown, [person_id, *ids]):
        row = dict(zip(SHOWN, values, strict=True))
        pk = row["id"]
        found[pk] = _with_words(row, spaces, person_id, since, read[pk])
    return found


def _shown(given: Sequence[int]) -> Any:
    """Return the query of threads with what was said first and last; the first number is whose.

    In two parts, since with OR between them the databases read all posts of a long thread.
    """
    person_id, *ids = given
    hidden = hidden_ids(person_id).filter(away=OuterRef("author_id"))
    said = JsonRow(
        "place", Substr("html", 1, READ_OF), "written_at", "attached", "polls", "author_id",
        "author__name", "author__handle", "author__picture", Exists(hidden),
    )  # fmt: skip
    posts = Post.objects.filter(thread=OuterRef("pk"), removed_at=None).order_by()
    late = posts.filter(place__gt=OuterRef("posts") - LATELY, place__gte=2)
    return (
        Thread.objects.filter(pk__in=ids)
        .annotate(
            opened=Subquery(posts.filter(place=1).values_list(said)),
            late=Subquery(late.values_list(JsonRows(said))),
        )
        .values_list(*SHOWN)
    )


def _with_words(
    row: dict[str, Any],
    spaces: Mapping[int, "Space"],
    person_id: int,
    since: Mapping[int, datetime],
    read: Light,
) -> ThreadCard:
    """Return the card of a thread with its first and its last posts."""
    row["mine__read"], row["mine__ahead"] = read.mine__read, read.mine__ahead
    row["mine__following"], row["mine__mentioned"] = read.mine__following, read.mine__mentioned
    faces = _faces(row)
    opener = _Said._make(row["opened"]) if row["opened"] else None
    said = sorted(map(_Said._make, row["late"] or ()), reverse=True)
    room = row["kind"] == CHAT
    if room and opener:
        said.append(opener)
    replies: list[Comment] = []
    for one in said:
        if not one.away and (text := _words(one.text, COMMENT)):
            author = Card(one.author_id, one.name, one.handle, one.picture)
            replies.insert(0, Comment(one.place, author, text, _moment(one.written_at)))
            if len(replies) == COMMENTS:
                break
    return card_of(
        row,
        spaces[row["space_id"]],
        faces,
        person_id,
        since,
        body=_words(opener.text, BODY) if opener and not room else "",
        files=opener.attached if opener else 0,
        poll=bool(opener and opener.polls),
        comments=tuple(replies),
    )


def _moment(text: str) -> datetime:
    """Return a moment out of a list; SQLite says no zone, and means UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _faces(row: Mapping[str, Any]) -> dict[int, Card]:
    """Return by id whose faces the card of a row shows."""
    found = {}
    for key, name, handle, picture in FACED:
        if pk := row[key]:
            found[pk] = Card(pk, row[name], row[handle], row[picture])
    return found


@lru_cache(maxsize=4096)
def _words(html: str, width: int) -> str:
    """Return the words that HTML, perhaps cut within a tag, begins with; as wide as `width`."""
    whole = html if len(html) < READ_OF else html[: html.rfind("<")] or html
    text = plain(whole, width)
    for end, letter in enumerate(text):
        width -= 2 if east_asian_width(letter) in "WF" else 1
        if width < 0:
            return text[: max(0, end - 1)].rstrip() + "…"
    return text


def unread_of(row: Mapping[str, Any], since: datetime | None) -> int:
    """Return how many posts of a thread a member has not read; exact, from stored counters.

    A thread counts for a member who opened it in the browser, wrote in it, was called in it or
    follows it, and when it was opened after they joined; a muted one never.
    """
    if since is None or row.get("mine__following") == "muted":
        return 0
    read = row.get("mine__read")
    if read is not None:
        return max(0, int(row["posts"] - read - row["mine__ahead"]))
    if row["opened_at"] < since or row["active_at"] < now() - KEPT:
        return 0
    return int(row["replies"]) + (0 if row["opener_gone"] else 1)


def people_in(row: Mapping[str, Any]) -> set[int]:
    """Return whose faces the card of a row shows (ids)."""
    ids = {row[name] for name in ("author_id", "assignee_id", "last_author_id")}
    return {pk for pk in ids if pk}


def card_of(
    row: Mapping[str, Any],
    space: "Space",
    faces: Mapping[int, Card],
    person_id: int | None,
    since: Mapping[int, datetime],
    **words: Any,
) -> ThreadCard:
    """Return the card of a row, with the faces that it shows, and `words` of what was said."""
    kind = kind_of(row["kind"])
    state = kind.state(row["state"])
    unread = unread_of(row, since.get(row["community_id"]))
    return ThreadCard(
        id=row["id"],
        community_id=row["community_id"],
        space=space,
        number=row["number"],
        kind=kind,
        state=state,
        title="" if row["opener_gone"] else row["title"],
        excerpt="" if row["opener_gone"] else row["excerpt"],
        fields={} if row["opener_gone"] else row["fields"],
        author=faces.get(row["author_id"], NOBODY),
        assignee=faces.get(row["assignee_id"]),
        due_on=row["due_on"],
        settled=row["settled"],
        replies=row["replies"],
        reactions=row["reactions"],
        seconds=row["seconds"],
        opened_at=row["opened_at"],
        active_at=row["active_at"],
        last_author=faces.get(row["last_author_id"], NOBODY),
        last_excerpt=row["last_excerpt"],
        gone=row["opener_gone"],
        unread=unread,
        following=row.get("mine__following") or "normal",
        started=bool(row.get("mine__read")),
        why=_why(row, state, person_id),
        advert=row["advert"],
        cover="" if row["opener_gone"] else row["cover"],
        accepted_place=row["accepted_place"],
        useful=row["useful"],
        fun=row["fun"],
        warm=row["warm"],
        beneficial=row["beneficial"],
        **words,
    )


def _why(row: Mapping[str, Any], state: State, person_id: int | None) -> str:
    if person_id is None:
        return "space"
    yours = row["author_id"] == person_id
    waits = (yours and state.waits_for == "author") or (
        row["assignee_id"] == person_id and state.waits_for == "assignee"
    )
    mentioned = (row.get("mine__mentioned") or 0) > (row.get("mine__read") or 0)
    followed = row.get("mine__following") == "followed"
    return why(mentioned=mentioned, waits=waits, yours=yours, followed=followed)
