"""Threads: lists and streams, one thread in windows, opening, replying, moving, reading on."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Query, Status
from pydantic import AfterValidator, Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Day, Given, Instant, Listing, Paging, Plainly, Shown, listing
from qunluo.api.spaces import Move, SpacePath, show_move, space_of
from qunluo.api.texts import picked
from qunluo.conversation import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.conversation import models as rows

area = Area("talk", "Talk")
Number = Annotated[int, Path(ge=1, le=2**31 - 1), Plainly]
Place = Annotated[int, Field(ge=0, le=2**31 - 1), Plainly]


def _theirs(client_id: str) -> str:
    if queries.reserved(client_id):
        raise ValueError("an id that does not begin with plan:, mail:, ch: or im…:")
    return client_id


SentId = Annotated[str, AfterValidator(_theirs)]
ClientId: Any = Field(
    "", max_length=40, description=_("Of the sender; the same again is the same.")
)
Uid = Annotated[str, Field(max_length=16, pattern=r"^[A-Z0-9]+$")]
Attached: Any = Field(
    default_factory=list, max_length=9, description=_("Uids of files to take along.")
)


class Thread(Shown):
    """A thread as lists show it, and what of it is new to the caller."""

    number: int = Field(description=_("By which it is called in its community."))
    community: str
    space: str
    kind: str
    state: str
    state_label: str
    title: str
    excerpt: str
    fields: dict[str, Any]
    author: PersonCard
    assignee: PersonCard | None = Field(description=_("Who looks after it, or whom it honours."))
    due_on: date | None
    overdue: bool
    settled: bool
    replies: int
    reactions: int
    seconds: int = Field(description=_("How many members second a worry."))
    opened_at: datetime
    active_at: datetime
    last_author: PersonCard
    last_excerpt: str
    gone: bool = Field(description=_("The opener was removed or taken back."))
    unread: int = Field(description=_("Posts that the caller has not read; exact."))
    following: str = Field(description=_("followed, normal or muted."))
    why: str = Field(description=_("Why it stands here: a code."))
    why_label: str


class FileCard(Shown):
    """A file under a post; open it at /files/{uid}."""

    uid: str
    sort: str = Field(description=_("picture, audio, video or file."))
    type: str
    name: str
    alt: str = Field(description=_("What it shows or holds, in words."))
    size: int
    width: int
    height: int


class PollOption(Shown):
    """One answer of a poll; without numbers while results are not shown to the caller."""

    place: int
    text: str
    votes: int | None
    share: int | None = Field(description=_("Of all who answered, in percent."))
    mine: bool


class Poll(Shown):
    """A question to everybody who reads the post."""

    options: list[PollOption]
    multiple: bool
    results: str = Field(description=_("Who sees them: always, answered or closed."))
    until: datetime | None
    ended: bool
    people: int = Field(description=_("How many answered."))
    answered: bool


class Post(Shown):
    """One message; of a removed one only the place, the rule and the reason."""

    id: int
    place: int = Field(description=_("In its thread; 1 opened it."))
    author: PersonCard
    source: str = Field(description=_("Markdown."))
    html: str = Field(description=_("Safe to show."))
    reply_to: int = Field(description=_("A place, or 0."))
    move: str = Field(description=_("The step of the thread that it was written for."))
    written_at: datetime
    edited_at: datetime | None
    versions: int
    reactions: dict[str, int]
    reacted: list[str] = Field(description=_("The caller's own reactions."))
    unread: bool
    accepted: bool
    removed: str = Field(description=_("Empty, author (taken back) or rule (removed under one)."))
    rule_title: str
    reason: str
    files: list[FileCard]
    poll: Poll | None
    moved_to: int = Field(description=_("Number of the thread that it went to, or 0."))


class Window(Shown):
    """A part of a thread."""

    thread: Thread
    posts: list[Post]
    first_unread: int = Field(description=_("A place; 0 when everything is read."))
    last_place: int
    before: int | None = Field(description=_("Ask with this `before` for the posts before."))
    after: int | None = Field(description=_("Ask with this `after` for the posts that follow."))
    moves: list[Move] = Field(description=_("Steps that the caller can take now."))
    may_reply: bool


class PollWish(Given):
    """A poll to be asked in a post."""

    options: list[Annotated[str, Field(max_length=80)]] = Field(min_length=2, max_length=10)
    multiple: bool = False
    results: str = Field("answered", description=_("always, answered or closed."))
    until: Instant | None = None


class ThreadWish(Given):
    """A thread to be opened."""

    kind: str = Field("talk", max_length=20, description=_("As in the list of kinds."))
    title: str = Field("", max_length=200)
    source: str = Field(description=_("Markdown."))
    fields: dict[str, str] = Field(default_factory=dict, max_length=20)
    client_id: SentId = ClientId
    attached: list[Uid] = Attached
    poll: PollWish | None = None
    advert: bool = Field(default=False, description=_("Takes one of the slots of the space."))


class ReplyWish(Given):
    """A reply."""

    source: str = Field(description=_("Markdown."))
    reply_to: Place = Field(0, description=_("A place in the thread, or 0."))
    client_id: SentId = ClientId
    attached: list[Uid] = Attached
    poll: PollWish | None = None


class MoveWish(Given):
    """A step of the thread's kind, and what it needs."""

    move: str = Field(max_length=20)
    text: str = Field("", description=_("Becomes a public reply."))
    answer: Place = Field(0, description=_("The place of the reply that is accepted."))
    due_on: Day | None = None
    person: str = Field("", max_length=120, description=_("Name or handle of a member."))
    fields: dict[str, str] = Field(default_factory=dict, max_length=20)


class ReadingWish(Given):
    """How far the caller has read, and whether they follow; what is missing stays as it is."""

    read: Place | None = Field(None, description=_("Everything up to this place is read."))
    unread_from: Place | None = Field(None, description=_("Everything from here on is unread."))
    following: str | None = Field(None, description=_("followed, normal or muted."))


class Reading(Shown):
    """How far the caller has read a thread."""

    read: int
    unread: int
    following: str


class ThreadFilter(Paging):
    """Which threads."""

    kind: str = Field("", max_length=20)
    settled: bool | None = None


class KindFilter(Paging):
    """Threads of one kind, from all spaces that the caller sees."""

    kind: str = Field(max_length=20)
    settled: bool | None = None
    heaviest: bool = Field(default=False, description=_("What most members second comes first."))


class WindowFilter(Shown):
    """Which posts; without a place from the first unread on."""

    after: Place | None = None
    before: Place | None = None
    limit: Annotated[int, Field(ge=1, le=200), Plainly] = 50


@area.read(
    "/communities/{slug}/spaces/{space}/threads", Listing[Thread], scope="talk:read", public=True
)
def threads(
    request: Caller, slug: SlugPath, space: SpacePath, wanted: Query[ThreadFilter]
) -> dict[str, Any]:
    """List the threads of a space."""
    found = queries.threads(
        community_of(request, slug), space, viewer=request.person, **wanted.model_dump()
    )
    return listing(request, found.items, found.next, lambda one: show_thread(one, slug))


@area.read("/communities/{slug}/threads", Listing[Thread], scope="talk:read", public=True)
def threads_of_kind(request: Caller, slug: SlugPath, wanted: Query[KindFilter]) -> dict[str, Any]:
    """List threads of one kind."""
    found = queries.threads_of_kind(
        community_of(request, slug), viewer=request.person, **wanted.model_dump()
    )
    return listing(request, found.items, found.next, lambda one: show_thread(one, slug))


@area.read("/communities/{slug}/feedback/overdue", list[Thread], scope="talk:read")
def overdue_feedback(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List feedback whose day has passed."""
    found = queries.overdue(community_of(request, slug), viewer=request.person)
    return [show_thread(one, slug) for one in found]


@area.write(
    "POST",
    "/communities/{slug}/spaces/{space}/threads",
    Thread,
    scope="talk:write",
    status=201,
    also=(429,),
)
def open_thread(
    request: Caller, slug: SlugPath, space: SpacePath, wish: ThreadWish
) -> Status[dict[str, Any]]:
    """Open a thread."""
    found = space_of(request, slug, space)
    made = actions.write_post(actor=request.person, space=found, **wish.model_dump())
    return Status(201, shown_thread(request, slug, made.number))


@area.read("/communities/{slug}/threads/{thread_number}", Window, scope="talk:read", public=True)
def thread(
    request: Caller, slug: SlugPath, thread_number: Number, wanted: Query[WindowFilter]
) -> dict[str, Any]:
    """Read a thread."""
    found = queries.read_thread(
        community_of(request, slug), thread_number, viewer=request.person, **wanted.model_dump()
    )
    return {
        "thread": show_thread(found.card, slug),
        "posts": [show_post(post) for post in found.posts],
        "first_unread": found.first_unread,
        "last_place": found.last_place,
        "before": found.before,
        "after": found.after,
        "moves": [show_move(move) for move in found.moves],
        "may_reply": found.may_reply,
    }


@area.write(
    "POST",
    "/communities/{slug}/threads/{thread_number}/replies",
    Post,
    scope="talk:write",
    status=201,
)
def reply(
    request: Caller, slug: SlugPath, thread_number: Number, wish: ReplyWish
) -> Status[dict[str, Any]]:
    """Reply."""
    found = thread_of(request, slug, thread_number)
    made = actions.reply(actor=request.person, thread=found, **wish.model_dump())
    return Status(201, post_at(request, slug, thread_number, made.place))


@area.write("POST", "/communities/{slug}/threads/{thread_number}/moves", Thread, scope="talk:write")
def move_thread(
    request: Caller, slug: SlugPath, thread_number: Number, wish: MoveWish
) -> dict[str, Any]:
    """Take a step."""
    found = thread_of(request, slug, thread_number)
    actions.move_state(actor=request.person, thread=found, **wish.model_dump())
    return shown_thread(request, slug, thread_number)


@area.write(
    "PATCH", "/communities/{slug}/threads/{thread_number}/reading", Reading, scope="talk:write"
)
def mark_reading(
    request: Caller, slug: SlugPath, thread_number: Number, wish: ReadingWish
) -> dict[str, Any]:
    """Mark as read or unread, follow or mute."""
    found, me = thread_of(request, slug, thread_number), request.person
    if wish.read is not None or (wish.unread_from is None and wish.following is None):
        reading = actions.mark_read(actor=me, thread=found, place=wish.read)
    if wish.unread_from is not None:
        reading = actions.mark_unread(actor=me, thread=found, place=wish.unread_from)
    if wish.following is not None:
        reading = actions.follow(actor=me, thread=found, following=wish.following)
    shown = shown_thread(request, slug, thread_number)
    return {"read": reading.read, "unread": shown["unread"], "following": reading.following}


def thread_of(request: Caller, slug: str, number: int) -> "rows.Thread":
    """Return a thread that the caller may read."""
    return queries.get_thread(community_of(request, slug), number, viewer=request.person)


def post_at(request: Caller, slug: str, number: int, place: int) -> dict[str, Any]:
    """Return one post of a thread, as the API shows it."""
    found = queries.read_thread(
        community_of(request, slug), number, viewer=request.person, after=place - 1, limit=1
    )
    return show_post(found.posts[0])


def show_thread(one: queries.ThreadCard, slug: str) -> dict[str, Any]:
    """Return a thread as the API shows it."""
    same = (
        "number", "title", "excerpt", "fields", "due_on", "overdue", "settled", "replies",
        "reactions", "seconds", "opened_at", "active_at", "last_excerpt", "gone", "unread",
        "following", "why",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in same},
        "community": slug,
        "space": one.space.slug,
        "kind": one.kind.name,
        "state": one.state.name,
        "state_label": picked(one.state.label),
        "author": card(one.author),
        "assignee": card(one.assignee) if one.assignee else None,
        "last_author": card(one.last_author),
        "why_label": picked(one.why_label),
    }


def show_post(one: queries.PostView) -> dict[str, Any]:
    """Return a post as the API shows it."""
    same = (
        "id", "place", "source", "html", "reply_to", "move", "written_at", "edited_at", "versions",
        "reactions", "unread", "accepted", "removed", "rule_title", "reason",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in same},
        "author": card(one.author),
        "files": one.files,
        "poll": one.poll,
        "moved_to": one.moved_to,
        "reacted": sorted(one.reacted),
    }


def shown_thread(request: Caller, slug: str, number: int) -> dict[str, Any]:
    """Return a thread of a community as the API shows it to the caller."""
    found = queries.read_thread(
        community_of(request, slug), number, viewer=request.person, after=0, limit=1
    )
    return show_thread(found.card, slug)
