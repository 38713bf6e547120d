"""Spaces: where a community talks, and what in them is new to the caller."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.shapes import Given, Shown
from qunluo.api.texts import picked
from qunluo.conversation import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.conversation import models as rows
    from qunluo.conversation.rules import kinds as rules

area = Area("spaces", "Talk")
SPACES = Rate("space", 60, 3600)
SpacePath = Annotated[str, Path(max_length=40, pattern=r"^[A-Za-z0-9-]+$")]


class Choice(Shown):
    """One value that a field of a kind may take."""

    name: str
    label: str


class KindField(Shown):
    """Something that a kind of thread asks for beside the text."""

    name: str
    type: str = Field(description=_("text, long, lines, moments, link, choice, date or person."))
    label: str
    needed: bool
    by: list[str] = Field(description=_("The steps that ask for it; without any, opening does."))
    choices: list[Choice]


class State(Shown):
    """Where a thread may stand."""

    name: str
    label: str
    settled: bool
    replies: bool = Field(description=_("Replies are taken in this state."))


class Move(Shown):
    """A step from one state to another."""

    name: str
    label: str
    came_from: list[str]
    to: str
    needs: list[str] = Field(description=_("What must come with it: text, answer, due_on, person."))


class Kind(Shown):
    """What a thread can be: its fields, its states, and the steps between them."""

    name: str
    label: str
    help: str
    title: str = Field(description=_("needed or optional."))
    start: str
    fields: list[KindField]
    states: list[State]
    moves: list[Move]


class Space(Shown):
    """A place to talk."""

    slug: str
    name: str
    type: str = Field(description=_("board, group, qa, circle or column."))
    purpose: str
    visibility: str = Field(description=_("public, members or grant."))
    grant_kind: str
    grant_name: str
    position: int
    archived_at: datetime | None


class SpaceCard(Space):
    """A place to talk, and what is new in it."""

    unread: int = Field(description=_("Posts that the caller has not read; exact."))
    unread_threads: int
    opens: list[str] = Field(description=_("Kinds of threads that the caller may open here."))


class SpaceWish(Given):
    """A space to be opened."""

    name: str = Field(max_length=60)
    type: str = Field("board", description=_("board, group, qa, circle or column."))
    slug: str = Field("", max_length=40, description=_("Without one it is made."))
    purpose: str = Field("", max_length=300)
    visibility: str = Field("members", description=_("public, members or grant."))
    grant_kind: str = Field("", description=_("role, badge, pass, tier or seat."))
    grant_name: str = Field("", max_length=40)


class SpaceChange(Given):
    """What is to change; whatever is missing or null stays as it is."""

    name: str | None = None
    purpose: str | None = None
    visibility: str | None = None
    grant_kind: str | None = None
    grant_name: str | None = None
    position: int | None = Field(None, ge=0, le=30_000)
    advert_share: int | None = Field(
        None, ge=0, le=50, description=_("Slots for adverts, per cent of new threads; 0: none.")
    )
    advert_daily: int | None = Field(None, ge=1, le=20, description=_("From one person."))


class FollowingWish(Given):
    """Whether the caller hears of every new thread of a space."""

    following: str = Field(max_length=10, description=_("followed, normal or muted."))


class Following(Shown):
    """Whether the caller hears of every new thread of a space."""

    following: str = Field(description=_("followed, normal or muted."))


class SpaceFilter(Shown):
    """Which spaces."""

    archived: bool = Field(default=False, description=_("Those that were put away instead."))


@area.read("/kinds", list[Kind], scope="talk:read", public=True)
def kinds(request: Caller) -> list[dict[str, Any]]:
    """List the kinds of threads."""
    return [show_kind(kind) for kind in queries.kinds().values()]


@area.read("/communities/{slug}/spaces", list[SpaceCard], scope="talk:read", public=True)
def spaces(request: Caller, slug: SlugPath, wanted: Query[SpaceFilter]) -> list[dict[str, Any]]:
    """List the spaces of a community."""
    found = queries.spaces(
        community_of(request, slug), viewer=request.person, archived=wanted.archived
    )
    return [
        {
            **show_space(card.space),
            "unread": card.unread,
            "unread_threads": card.unread_threads,
            "opens": [kind.name for kind in card.opens],
        }
        for card in found
    ]


@area.write(
    "POST", "/communities/{slug}/spaces", Space, scope="talk:write", status=201, rate=SPACES
)
def open_space(request: Caller, slug: SlugPath, wish: SpaceWish) -> Status[dict[str, Any]]:
    """Open a space."""
    made = actions.open_space(
        actor=request.person, community=community_of(request, slug), **wish.model_dump()
    )
    return Status(201, show_space(made))


@area.write("PATCH", "/communities/{slug}/spaces/{space}", Space, scope="talk:write")
def edit_space(
    request: Caller, slug: SlugPath, space: SpacePath, wish: SpaceChange
) -> dict[str, Any]:
    """Change a space."""
    changes = {name: said for name, said in wish.model_dump().items() if said is not None}
    found = space_of(request, slug, space)
    return show_space(actions.edit_space(actor=request.person, space=found, **changes))


@area.write("PUT", "/communities/{slug}/spaces/{space}/following", Following, scope="talk:write")
def follow_space(
    request: Caller, slug: SlugPath, space: SpacePath, wish: FollowingWish
) -> dict[str, str]:
    """Follow or mute a space."""
    found = space_of(request, slug, space)
    said = actions.follow_space(actor=request.person, space=found, following=wish.following)
    return {"following": said}


@area.write("POST", "/communities/{slug}/spaces/{space}/archive", Space, scope="talk:write")
def archive_space(request: Caller, slug: SlugPath, space: SpacePath) -> dict[str, Any]:
    """Put a space away."""
    found = space_of(request, slug, space)
    return show_space(actions.archive_space(actor=request.person, space=found))


@area.write("POST", "/communities/{slug}/spaces/{space}/restore", Space, scope="talk:write")
def restore_space(request: Caller, slug: SlugPath, space: SpacePath) -> dict[str, Any]:
    """Bring a space back."""
    found = space_of(request, slug, space)
    return show_space(actions.restore_space(actor=request.person, space=found))


def space_of(request: Caller, slug: str, space: str) -> "rows.Space":
    """Return a space that the caller may read."""
    return queries.get_space(community_of(request, slug), space, viewer=request.person)


def show_space(space: "rows.Space") -> dict[str, Any]:
    """Return a space as the API shows it."""
    return {name: getattr(space, name) for name in Space.model_fields}


def show_kind(kind: "rules.Kind") -> dict[str, Any]:
    """Return a kind in the language of the request."""
    return {
        "name": kind.name,
        "label": picked(kind.label),
        "help": picked(kind.help),
        "title": kind.title,
        "start": kind.start,
        "fields": [
            {
                "name": one.name,
                "type": one.type,
                "label": picked(one.label),
                "needed": one.needed,
                "by": list(one.by),
                "choices": [{"name": c.name, "label": picked(c.label)} for c in one.choices],
            }
            for one in kind.fields
        ],
        "states": [show_state(state) for state in kind.states.values()],
        "moves": [show_move(move) for move in kind.moves],
    }


def show_state(state: "rules.State") -> dict[str, Any]:
    """Return a state in the language of the request."""
    return {
        "name": state.name,
        "label": picked(state.label),
        "settled": state.settled,
        "replies": state.replies,
    }


def show_move(move: "rules.Move") -> dict[str, Any]:
    """Return a move in the language of the request; a needed reply is the field `text`."""
    return {
        "name": move.name,
        "label": picked(move.label),
        "came_from": list(move.came_from),
        "to": move.to,
        "needs": ["text" if need == "reply" else need for need in move.needs],
    }
