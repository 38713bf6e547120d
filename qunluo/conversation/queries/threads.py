"""Threads of a space, and one thread in windows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Max, OuterRef, Q

from qunluo.conversation.errors import ThreadNotFound
from qunluo.conversation.models import Draft, Post, Reaction, Reading, Revision, Space, Thread
from qunluo.conversation.queries.cards import (
    COLUMNS,
    NOBODY,
    ThreadCard,
    card_of,
    people_in,
    unread_of,
)
from qunluo.conversation.queries.files import FileView, files_of
from qunluo.conversation.queries.polls import PollView, polls_of
from qunluo.conversation.queries.sight import Sight, sight_of
from qunluo.conversation.rules.kinds import Move, Part, kind_of, moves_open_to
from qunluo.conversation.rules.reading import SECOND
from qunluo.governance.queries import hidden_between, hidden_ids, roles_behind
from qunluo.kernel.prepared import Build, ask, first, objects, padded
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer

WINDOW = 50
NEWEST_ACTIVITY = ("-active_at", "-id")
MODERATE = "posts.moderate"
MARKS = ("read", "ahead", "following", "mentioned")


@dataclass(frozen=True)
class PostView:
    """One post as a viewer may see it; of a removed one only the place, the rule and the reason.

    `removed` is "" for a post that stands, else "author", "rule" or "moved" (to thread `moved_to`).
    `own` and `judged` say that the viewer wrote it or may remove it; both still read what a rule
    removed.
    """

    id: int
    place: int
    author: Card
    source: str
    html: str
    reply_to: int
    move: str
    written_at: datetime
    edited_at: datetime | None
    versions: int
    reactions: Mapping[str, int]
    reacted: frozenset[str]
    own: bool
    unread: bool
    accepted: bool
    removed: str = ""
    rule_title: str = ""
    reason: str = ""
    files: list[FileView] = field(default_factory=list)
    poll: PollView | None = None
    moved_to: int = 0
    label: str = ""
    measure_id: int | None = None
    role: str = ""  # of who removed it under a rule


@dataclass(frozen=True)
class ThreadWindow:
    """A part of a thread: its posts after a place, and where to go from there.

    `first_unread` is the place at which reading goes on, 0 when everything is read. `before` and
    `after` lead to the neighbouring windows, None at the ends.
    """

    card: ThreadCard
    thread: Thread
    space: Space
    sight: Sight
    posts: list[PostView]
    first_unread: int
    last_place: int
    read: int  # up to which place the viewer has read
    before: int | None
    after: int | None
    moves: list[Move]
    may_reply: bool
    may_moderate: bool
    draft: Draft | None = None
    split_from: int = 0
    hidden: frozenset[int] = frozenset()
    planned: bool = False  # it came from the calendar
    early: datetime | None = None  # until then only some read it


def get_thread(community: "Community", number: int, *, viewer: "Viewer") -> Thread:
    """Return a thread that the viewer may read, with its space; ThreadNotFound otherwise."""
    return look_at(community, number, viewer=viewer)[0]


def look_at(community: "Community", number: int, *, viewer: "Viewer") -> tuple[Thread, Sight]:
    """Return a thread with what the viewer may do in its community; ThreadNotFound."""
    thread: Thread | None = first("", _numbered, [community.pk, number])
    sight = sight_of(viewer, community, thread.space if thread else None)
    if thread is None:
        raise ThreadNotFound
    thread.community = thread.space.community = community
    if not sight.reads(thread):
        raise ThreadNotFound
    return thread, sight


def _numbered(given: Sequence[int]) -> "QuerySet[Thread]":
    community_id, number = given
    found = Thread.objects.filter(community_id=community_id, number=number)
    return found.select_related("space")


def get_post(pk: int, *, viewer: "Viewer") -> Post:
    """Return a post that the viewer may read, with thread and space; ThreadNotFound otherwise."""
    found = Post.objects.select_related("thread__space__community", "author").filter(pk=pk).first()
    if found is None:
        raise ThreadNotFound
    space = found.thread.space
    found.thread.community = space.community
    if not sight_of(viewer, space.community, space).reads(found.thread):
        raise ThreadNotFound
    return found


def post_ids(thread_id: int) -> list[int]:
    """Return the ids of all posts of a thread, for the software's own reactions."""
    return list(Post.objects.filter(thread_id=thread_id).values_list("pk", flat=True))


def find_thread(pk: int) -> Thread | None:
    """Return a thread by its id, for the software's own reactions; doors use get_thread."""
    return Thread.objects.select_related("community", "space", "author").filter(pk=pk).first()


def read_thread(
    community: "Community",
    number: int,
    *,
    viewer: "Viewer",
    after: int | None = None,
    before: int | None = None,
    limit: int = WINDOW,
) -> ThreadWindow:
    """Return the posts after a place (or before one); without either from the first unread on.

    Who has read everything, or never began, starts at the first post. ThreadNotFound.
    """
    thread, sight = look_at(community, number, viewer=viewer)
    row = row_of(thread, sight)
    since = {thread.community_id: sight.joined_at} if sight.joined_at else {}
    unread = unread_of(row, sight.joined_at)
    read = row.get("mine__read") or 0
    # One post before the first new one is shown, so that one knows where one was.
    start = max(0, read - 1) if after is None and unread else (after or 0)
    found = window_of(thread, start, before, limit, reader=sight.person_id)
    return show_window(thread, sight, row, found, since, read if unread else thread.posts)


def revisions(post: Post) -> list[Revision]:
    """Return the versions of a post before the one that stands, the oldest first.

    Fetch the post by get_post first; of a removed one there are none.
    """
    if post.removed_at:
        return []
    return list(Revision.objects.filter(post=post).order_by("number"))


def part_of(sight: Sight, thread: Thread) -> Part:
    """Return what the viewer is to a thread."""
    member = sight.member and not sight.standing.suspended_until
    return Part(
        author=thread.author_id == sight.person_id,
        assignee=thread.assignee_id is not None and thread.assignee_id == sight.person_id,
        member=member,
        permissions=sight.permissions,
    )


def row_of(thread: Thread, sight: Sight) -> dict[str, Any]:
    """Return the columns of a thread's card, with how far the viewer has read."""
    row: dict[str, Any] = {name: getattr(thread, name) for name in COLUMNS}
    if sight.person_id is not None and sight.member:
        mine = ask("", _mine, [sight.person_id, thread.pk])
        values = mine[0] if mine else [None] * len(MARKS)
        row |= {f"mine__{name}": value for name, value in zip(MARKS, values, strict=True)}
    return row


def _mine(given: Sequence[int]) -> "QuerySet[Reading, Any]":
    person_id, thread_id = given
    return Reading.objects.filter(person_id=person_id, thread_id=thread_id).values_list(*MARKS)


def window_of(
    thread: Thread, after: int, before: int | None, limit: int, *, reader: int | None = None
) -> list[Post]:
    """Return the posts after a place, or before one; `away` marks whom a reader keeps from."""
    limit = max(1, min(limit, 200))
    place = after if before is None else before
    found: list[Post] = objects(
        (limit, before is None, reader is None), _window(limit, before, reader),
        [thread.pk, place, *([] if reader is None else [reader])],
    )  # fmt: skip
    return found if before is None else found[::-1]


def _window(limit: int, before: int | None, reader: int | None) -> Build:
    def posts(given: Sequence[int]) -> "QuerySet[Post]":
        found = Post.objects.filter(thread_id=given[0])
        if reader is not None:
            away = hidden_ids(given[2]).filter(away=OuterRef("author_id"))
            found = found.annotate(away=Exists(away))
        if before is not None:
            return found.filter(place__lt=given[1]).order_by("-place")[:limit]
        return found.filter(place__gt=given[1]).order_by("place")[:limit]

    return posts


def show_window(
    thread: Thread,
    sight: Sight,
    row: Mapping[str, Any],
    found: list[Post],
    since: Mapping[int, datetime],
    read: int,
) -> ThreadWindow:
    """Return posts of a thread as the viewer may see them; beyond `read` they are new."""
    counts, own = reactions_of([post.pk for post in found if post.reactions], sight.person_id)
    kind = kind_of(thread.kind)
    faces = person_card({post.author_id for post in found} | people_in(row))
    judged = MODERATE in sight.permissions
    files = files_of(post.pk for post in found if post.attached)
    polls = polls_of((post.pk for post in found if post.polls), sight.person_id)
    roles = roles_behind(post.measure_id for post in found if post.measure_id)
    posts = [
        _post(
            post,
            thread,
            faces,
            sight.person_id,
            judged,
            read,
            counts[post.pk],
            own[post.pk],
            files.get(post.pk, []),
            polls.get(post.pk),
        )
        for post in found
    ]
    if roles:
        named = {post.pk: roles.get(post.measure_id or 0, "") for post in found}
        posts = [replace(post, role=named[post.id]) for post in posts]
    first, last = (found[0].place, found[-1].place) if found else (0, 0)
    new = [post.place for post in posts if post.unread]
    part = part_of(sight, thread)
    return ThreadWindow(
        card=card_of(row, thread.space, faces, sight.person_id, since),
        thread=thread,
        space=thread.space,
        sight=sight,
        posts=posts,
        first_unread=new[0] if new else 0,
        last_place=thread.posts,
        read=row.get("mine__read") or 0,
        before=first if first > 1 else None,
        after=last if found and last < thread.posts else None,
        moves=moves_open_to(kind, thread.state, part) if sight.writes(thread.space) else [],
        may_reply=sight.writes(thread.space) and kind.state(thread.state).replies,
        may_moderate=judged,
        draft=draft_in(thread, sight),
        split_from=_split_from(thread),
        hidden=_hidden(found, sight),
        planned=bool(thread.plan),
        early=thread.embargo_until if thread.held_back else None,
    )


def _split_from(thread: Thread) -> int:
    """Return the number of the thread that this one was split from, or 0."""
    if thread.split_from_id is None:
        return 0
    return Thread.objects.only("number").get(pk=thread.split_from_id).number


def _hidden(found: list[Post], sight: Sight) -> frozenset[int]:
    """Return whose posts are folded away; asked anew only where the window did not say."""
    if found and not hasattr(found[0], "away"):
        return hidden_between(sight.person_id)
    return frozenset(post.author_id for post in found if getattr(post, "away", False))


def draft_in(thread: Thread, sight: Sight) -> Draft | None:
    """Return the reply that the viewer began to write in a thread."""
    if sight.person_id is None or not sight.member:
        return None
    found: Draft | None = first("", _draft, [sight.person_id, thread.pk])
    return found


def _draft(given: Sequence[int]) -> "QuerySet[Draft]":
    return Draft.objects.filter(person_id=given[0], thread_id=given[1])


def _post(
    post: Post,
    thread: Thread,
    faces: Mapping[int, Card],
    viewer_id: int | None,
    judged: bool,  # noqa: FBT001 - private, and always named where it matters
    read: int,
    counts: Mapping[str, int],
    own: frozenset[str],
    files: list[FileView],
    poll: PollView | None,
) -> PostView:
    mine = viewer_id is not None and post.author_id == viewer_id
    removed = "" if post.removed_at is None else "rule" if post.rule_id else "author"
    removed = "moved" if post.moved_to else removed
    legible = not removed or (removed == "rule" and (mine or judged))
    return PostView(
        id=post.pk,
        place=post.place,
        author=faces.get(post.author_id, NOBODY),
        source=post.source if legible else "",
        html=post.html if legible else "",
        reply_to=post.reply_to,
        move=post.move,
        written_at=post.written_at,
        edited_at=post.edited_at,
        versions=post.versions,
        reactions=counts,
        reacted=own,
        own=mine,
        unread=post.place > read and not mine and not removed,
        accepted=post.place == thread.accepted_place,
        removed=removed,
        rule_title=post.rule_title,
        reason=post.reason,
        files=files if legible else [],
        poll=poll if not removed else None,
        moved_to=post.moved_to,
        label=post.label,
        measure_id=post.measure_id if mine else None,
    )


def reactions_of(
    ids: Iterable[int], person_id: int | None
) -> tuple[Mapping[int, dict[str, int]], Mapping[int, frozenset[str]]]:
    """Return how often each reaction stands under each post, and which are the viewer's own."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    own: dict[int, set[str]] = defaultdict(set)
    wanted = padded(ids)
    rows = ask("", _felt, [person_id or 0, *wanted]) if wanted else []
    for post, name, times, mine in rows:
        counts[post][name] = times
        if mine:
            own[post].add(name)
    return counts, defaultdict(frozenset, {post: frozenset(names) for post, names in own.items()})


def _felt(given: Sequence[int]) -> "QuerySet[Reaction, Any]":
    person_id, *posts = given
    return (
        Reaction.objects.filter(post_id__in=posts)
        .values_list("post_id", "name")
        .annotate(times=Count("pk"), mine=Max("pk", filter=Q(person_id=person_id)))
        .order_by("post_id", "name")
    )


def seconded(window: ThreadWindow) -> bool:
    """Return whether the viewer stands behind the worry that a window shows from its start."""
    return bool(window.posts) and SECOND in window.posts[0].reacted
