"""Search and topics: what answers a question, and what is talked about, as the caller may read."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Query
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Day, Listing, Paging, Shown, listing
from qunluo.api.talk import Thread, show_thread
from qunluo.api.texts import picked
from qunluo.conversation import queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.community.models import Community

area = Area("search", "Talk")
SEARCH = Rate("search", 240, 60)
TopicPath = Annotated[str, Path(max_length=60)]


class Asked(Shown):
    """What is looked for, and where."""

    q: str = Field(
        max_length=200,
        description=_("Every word has to stand there; “quotation marks” keep words together."),
    )
    author: str = Field("", max_length=60, description=_("Name or handle of a member."))
    kind: str = Field("", max_length=20, description=_("As in the list of kinds."))
    since: Day | None = None
    until: Day | None = None
    pictures: bool = Field(default=False, description=_("Only posts with a picture."))
    after: str = Field("", max_length=20, description=_("Cursor, as in `next` of the page before."))
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class AskedHere(Asked):
    """What is looked for in one community."""

    space: str = Field("", max_length=40, description=_("Address of a space."))


class Hit(Shown):
    """A post that answers."""

    community: str
    space: str
    number: int = Field(description=_("Of its thread."))
    place: int = Field(description=_("In its thread; 1 opened it."))
    post_id: int
    kind: str
    title: str = Field(description=_("Safe HTML; what was asked for stands in <mark>."))
    excerpt: str = Field(description=_("Safe HTML; what was asked for stands in <mark>."))
    author: PersonCard
    written_at: datetime


class Beside(Shown):
    """Something else that answers, such as a member."""

    source: str = Field(description=_("What it is: person, …"))
    label: str
    title: str = Field(description=_("Safe HTML; what was asked for stands in <mark>."))
    about: str = Field(description=_("Safe HTML; what was asked for stands in <mark>."))
    url: str


class Results(Shown):
    """The best posts first, and what else answers."""

    items: list[Hit]
    beside: list[Beside] = Field(description=_("With the first page only."))
    total: int
    many: bool = Field(description=_("There are more: only the newest were ranked."))
    next: str | None = Field(None, description=_("Address of the next page; null at the end."))


class Topic(Shown):
    """A word behind a #."""

    key: str = Field(description=_("How it is written in addresses."))
    name: str
    threads: int = Field(description=_("How many the caller may read."))


@area.read("/search", Results, scope="talk:read", rate=SEARCH)
def search(request: Caller, wanted: Query[Asked]) -> dict[str, Any]:
    """Look in all communities of the caller."""
    return _results(request, wanted, None)


@area.read("/communities/{slug}/search", Results, scope="talk:read", public=True, rate=SEARCH)
def search_community(request: Caller, slug: SlugPath, wanted: Query[AskedHere]) -> dict[str, Any]:
    """Look in one community."""
    return _results(request, wanted, community_of(request, slug), space=wanted.space)


@area.read("/communities/{slug}/topics", list[Topic], scope="talk:read", public=True)
def topics(request: Caller, slug: SlugPath) -> Any:
    """List what is talked about."""
    return queries.topics(community_of(request, slug), viewer=request.person, limit=200)


@area.read(
    "/communities/{slug}/topics/{topic}/threads", Listing[Thread], scope="talk:read", public=True
)
def topic_threads(
    request: Caller, slug: SlugPath, topic: TopicPath, paging: Query[Paging]
) -> dict[str, Any]:
    """List the threads under a topic."""
    _name, found = queries.threads_on(
        community_of(request, slug), topic, viewer=request.person, **paging.model_dump()
    )
    return listing(request, found.items, found.next, lambda one: show_thread(one, slug))


def _results(
    request: Caller, wanted: Asked, community: "Community | None", space: str = ""
) -> dict[str, Any]:
    found = queries.search(
        request.person,
        wanted.q,
        community=community,
        narrowing=queries.Narrowing(
            space, wanted.author, wanted.kind, wanted.since, wanted.until, wanted.pictures
        ),
        after=wanted.after,
        limit=wanted.limit,
    )
    beside = [
        {
            "source": group.source.name,
            "label": picked(group.source.label),
            "title": one.title,
            "about": one.about,
            "url": one.url,
        }
        for group in found.groups
        for one in group.found
    ]
    told = {"beside": beside, "total": found.total, "many": found.many}
    return listing(request, found.hits, found.next, _hit) | told


def _hit(hit: queries.Hit) -> dict[str, Any]:
    same = ("number", "place", "post_id", "title", "excerpt", "written_at")
    return {
        **{name: getattr(hit, name) for name in same},
        "community": hit.community.slug,
        "space": hit.space.slug,
        "kind": hit.kind.name,
        "author": card(hit.author),
    }
