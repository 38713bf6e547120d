"""Looking for something: what is found is decided by the viewer's sight at that moment.

The index only proposes; every post is joined with its thread and space as they are now, so that a
grant that ended, a post that was removed and a thread that moved count in the same request.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Substr

from qunluo.community import queries as communities
from qunluo.conversation.models import Document, Post, Space
from qunluo.conversation.ports import Asking, Shown, Source, sources
from qunluo.conversation.queries.cards import NOBODY
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import Sight, seen_by, sight_of
from qunluo.conversation.rules import search as rules
from qunluo.conversation.rules.kinds import Kind, kind_of
from qunluo.conversation.rules.markup import plain
from qunluo.governance.queries import hidden_between
from qunluo.kernel.clock import now
from qunluo.kernel.paging import BadCursor
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer

POST = "post"
# So many of the newest matches are ranked; more are not told apart by anybody who looks for one.
RANKED, RANKED_TEXT = 200, 600
OTHERS, OTHERS_SHOWN = 200, 4
MOST_SCOPES = 60
EARLIEST, LATEST = 1900, 9000  # what lies beyond limits nothing, and no database counts so far


@dataclass(frozen=True)
class Narrowing:
    """Which posts are looked at; empty means all that the viewer sees.

    `space` is the address of one, `author` a name or handle, days are those of the viewer.
    """

    space: str = ""
    author: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    pictures: bool = False

    def __bool__(self) -> bool:
        return self != Narrowing()


@dataclass(frozen=True)
class Hit:
    """A post that answers; `title` and `excerpt` are safe HTML with <mark> around the matches."""

    post_id: int
    number: int
    place: int
    kind: Kind
    title: str
    excerpt: str
    author: Card
    written_at: datetime
    space: Space
    community: "Community"


@dataclass(frozen=True)
class Group:
    """What a source beside the posts found."""

    source: Source
    found: list[Shown]


@dataclass(frozen=True)
class Found:
    """What was found: a page of posts in order of their rank, and what else answers.

    `many` says that there are more matches than were ranked: `total` is then a lower bound.
    """

    question: rules.Question
    hits: list[Hit] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    total: int = 0
    many: bool = False
    next: str | None = None

    def __bool__(self) -> bool:
        return bool(self.hits or self.groups)


@dataclass(frozen=True)
class _Where:
    """The spaces that a viewer may read, by id, each with its community."""

    communities: list["Community"]
    spaces: Mapping[int, Space]
    among: list["Community"]
    sights: list[Sight] = field(default_factory=list)


def search(
    viewer: "Viewer",
    text: str,
    *,
    community: "Community | None" = None,
    narrowing: Narrowing = Narrowing(),
    after: str | None = None,
    limit: int = 20,
) -> Found:
    """Return what answers in one community, or in all to which the viewer belongs.

    The best first: how well text and title answer, and how new it is. BadCursor.
    """
    start, limit = _start(after), max(1, min(limit, 50))
    asked = rules.question(text)
    if not asked:
        return Found(asked)
    where = _where(viewer, community)
    rows = _rows(asked, where, narrowing, viewer)
    many = len(rows) > RANKED
    ranked = _ranked(asked, rows[:RANKED])
    wanted = ranked[start : start + limit]
    following = str(start + limit) if start + limit < len(ranked) else None
    groups = [] if narrowing or start else _groups(asked, where, viewer)
    hits = _hits(asked, wanted, where)
    return Found(asked, hits, groups, len(ranked), many, following)


def matching(documents: "QuerySet[Document]", asked: rules.Question, *scopes: Iterable[str]) -> Any:
    """Return those documents that the index proposes, the newest first."""
    groups = [list(group) for group in scopes]
    if connection.vendor == "postgresql":
        said = rules.tsquery(asked, groups)
        found = documents.extra(where=["conversation_document.words @@ %s::tsquery"], params=[said])
        return found.order_by("-pk")
    return documents.extra(
        tables=["conversation_search"],
        where=[
            "conversation_document.id = conversation_search.rowid",
            "conversation_search MATCH %s",
        ],
        params=[rules.fts5(asked, groups)],
        order_by=["-conversation_search.rowid"],
    )


def standing() -> Q:
    """Return the condition under which a post (seen from its document) is there for readers."""
    return Q(post__removed_at=None)


def _where(viewer: "Viewer", community: "Community | None") -> _Where:
    """Return where somebody may look; without a community everywhere they belong."""
    here = [community] if community else [o.community for o in communities.communities_of(viewer)]
    spaces: dict[int, Space] = {}
    among, sights = [], []
    for one in here:
        sight = sight_of(viewer, one)
        sights.append(sight)
        if "members.view" in sight.permissions:
            among.append(one)
        private = sight.private if sight.member else frozenset()
        of_all = ~Q(visibility=Space.Visibility.PEOPLE)
        found = Space.objects.filter(of_all | Q(pk__in=private), community=one)
        for space in seen_by(sight, found):
            space.community = one
            spaces[space.pk] = space
    return _Where(here, spaces, among, sights)


def _rows(
    asked: rules.Question, where: _Where, narrowing: Narrowing, viewer: "Viewer"
) -> list[dict[str, Any]]:
    """Return the newest posts that answer, as far as the viewer may read them; one query."""
    spaces = {
        pk: space
        for pk, space in where.spaces.items()
        if not narrowing.space or space.slug == narrowing.space
    }
    if not spaces:
        return []
    scopes = [[POST], _scope(spaces)]
    found = Document.objects.filter(
        standing(),
        opened(*where.sights, prefix="post__thread__"),
        source=POST,
        post__thread__space_id__in=spaces,
    )
    if away := hidden_between(viewer.pk if viewer else None):
        found = found.exclude(post__author_id__in=away)
    if narrowing.author:
        people = _called(where, narrowing.author)
        scopes.append([f"a{pk}" for pk in people] or ["a0"])
        found = found.filter(post__author_id__in=people)
    if narrowing.kind:
        scopes.append([f"k{narrowing.kind}"] if narrowing.kind.isalnum() else [])
        found = found.filter(post__thread__kind=narrowing.kind)
    if narrowing.pictures:
        scopes.append(["p"])
    found = found.filter(_days(narrowing, viewer))
    rows = matching(found, asked, *(group for group in scopes if group)).values(
        "post_id",
        title=F("post__thread__title"),
        place=F("post__place"),
        written_at=F("post__written_at"),
        text=Substr("post__source", 1, RANKED_TEXT),
    )
    return list(rows[: RANKED + 1])


def _scope(spaces: Mapping[int, Space]) -> list[str]:
    """Return the scopes that hold these spaces: a few of them, or their communities."""
    if len(spaces) <= MOST_SCOPES:
        return [f"s{pk}" for pk in spaces]
    return sorted({f"c{space.community_id}" for space in spaces.values()})


def _called(where: _Where, name: str) -> list[int]:
    """Return the members of the communities who have this name or handle."""
    word = name.strip().lstrip("@")
    found = [communities.members_called(one, {word, word.upper()}) for one in where.communities]
    return sorted({one.person_id for people in found for one in people.values()})


def _days(narrowing: Narrowing, viewer: "Viewer") -> Q:
    zone = ZoneInfo(getattr(viewer, "time_zone", None) or "UTC")
    condition = Q()
    if narrowing.since and narrowing.since.year >= EARLIEST:
        condition &= Q(post__written_at__gte=datetime.combine(narrowing.since, time.min, zone))
    if narrowing.until and narrowing.until.year <= LATEST:
        end = datetime.combine(narrowing.until + timedelta(days=1), time.min, zone)
        condition &= Q(post__written_at__lt=end)
    return condition


def _ranked(asked: rules.Question, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the ids of posts, the best first."""
    moment = now()
    scored = [
        (
            -rules.score(
                asked,
                row["title"] if row["place"] == 1 else "",
                row["text"],
                (moment - row["written_at"]).total_seconds() / 86_400,
            ),
            -row["post_id"],
        )
        for row in rows
    ]
    return [-post_id for _score, post_id in sorted(scored)]


def _hits(asked: rules.Question, ids: Sequence[int], where: _Where) -> list[Hit]:
    found = Post.objects.select_related("thread").in_bulk(ids)
    faces = person_card({post.author_id for post in found.values()})
    hits = []
    for pk in ids:
        post = found[pk]
        thread, space = post.thread, where.spaces[post.thread.space_id]
        name = thread.title or ("" if post.place == 1 else thread.excerpt)
        hits.append(
            Hit(
                post_id=pk,
                number=thread.number,
                place=post.place,
                kind=kind_of(thread.kind),
                title=rules.highlight(asked, "" if thread.opener_gone else name),
                excerpt=rules.excerpt(asked, plain(post.html, len(post.html) + 1)),
                author=faces.get(post.author_id, NOBODY),
                written_at=post.written_at,
                space=space,
                community=space.community,
            )
        )
    return hits


def _groups(asked: rules.Question, where: _Where, viewer: "Viewer") -> list[Group]:
    """Return what the other sources found; most are for members only."""
    known = viewer is not None and viewer.pk is not None
    groups = []
    for source in sources:
        looked = where.communities if source.for_strangers else where.among if known else []
        if not looked:
            continue
        asking = Asking(viewer, looked, asked)
        documents = source.within(Document.objects.filter(source=source.name), asking)
        ids = matching(documents, asked, [source.name]).values_list("target", flat=True)
        if found := source.show(asking, list(ids[:OTHERS]))[:OTHERS_SHOWN]:
            groups.append(Group(source, found))
    return groups


def _start(after: str | None) -> int:
    if not after:
        return 0
    if not (after.isascii() and after.isdecimal() and int(after) <= RANKED):
        raise BadCursor
    return int(after)


def unfound_posts(limit: int) -> list[int]:
    """Return posts that stand and have no document yet, the oldest first; for the index."""
    found = Post.objects.filter(document=None, removed_at=None).exclude(source="")
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def posts_after(last: int, limit: int) -> list[int]:
    """Return the ids of the next posts, for work that goes through all of them."""
    return list(
        Post.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:limit]
    )


def posts_of_thread(thread_id: int) -> list[int]:
    """Return the ids of the posts of a thread, for the index."""
    return list(Post.objects.filter(thread_id=thread_id).values_list("pk", flat=True))


def count_posts() -> int:
    """Return how many posts there are."""
    return Post.objects.count()


def spaces_to_look_in(viewer: "Viewer", community: "Community") -> list[Space]:
    """Return the spaces of a community by which the viewer can narrow a search."""
    found = _where(viewer, community).spaces.values()
    return sorted((s for s in found if not s.private), key=lambda s: (s.position, s.pk))
