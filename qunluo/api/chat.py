"""Rooms and private talk; what is said in them is read and written as threads are."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.conf import settings
from django.http import HttpResponse
from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Shown
from qunluo.api.spaces import SpacePath, space_of
from qunluo.conversation import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.conversation import models as rows

area = Area("chat", "Chat")
HandlePath = Annotated[str, Path(max_length=40, pattern=r"^[A-Za-z0-9]+$")]
Names = Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=200)]


class Conversation(Shown):
    """A private conversation of the caller."""

    space: str = Field(description=_("Its address among the spaces."))
    thread: int = Field(description=_("The number of the thread that holds its messages."))
    name: str
    other: PersonCard | None = Field(description=_("Whom a talk of two is with."))
    people: int
    unread: int
    following: str
    active_at: datetime
    last_excerpt: str


class Room(Shown):
    """A room, and the thread that holds its messages."""

    space: str
    thread: int = Field(description=_("The number of the thread that holds its messages."))
    name: str
    purpose: str
    rules: str
    private: bool = Field(description=_("Only chosen people read it, whatever anybody's role."))
    may_write: bool


class Insider(Shown):
    """Somebody in a private conversation."""

    person: PersonCard
    host: bool
    since: datetime


class Listening(Shown):
    """Where the event stream is."""

    url: str = Field(description=_("Asked with GET and the same token; answers without end."))


class TalkWish(Given):
    """With whom to talk."""

    handle: str = Field(max_length=40, description=_("Of a member of the same community."))


class CircleWish(Given):
    """A small circle of chosen people."""

    name: str = Field(max_length=200)
    purpose: str = Field("", max_length=1000)
    rules: str = Field("", max_length=4000, description=_("Beside those of the community."))
    people: Names = Field(default_factory=list, description=_("Names or handles of members."))
    listed: bool = Field(default=False, description=_("Whether it stands on the map of cells."))


class CircleChange(Given):
    """A circle as its host wants it."""

    name: str = Field(max_length=200)
    purpose: str = Field("", max_length=1000)
    rules: str = Field("", max_length=4000)
    listed: bool | None = Field(None, description=_("Whether it stands on the map of cells."))


class PeopleWish(Given):
    """Whom to bring in."""

    people: Names = Field(description=_("Names or handles of members."))


@area.read("/me/live", Listening, scope="talk:read")
def listening(request: Caller) -> dict[str, str]:
    """Say where the event stream is."""
    base = settings.LIVE_URL or settings.SITE_URL
    if base.startswith(":"):
        base = f"{request.scheme}://{request.get_host().rsplit(':', 1)[0]}{base}"
    return {"url": f"{base}/live/stream"}


@area.read("/communities/{slug}/conversations", list[Conversation], scope="talk:read")
def conversations(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List one's private conversations."""
    found = queries.talks(community_of(request, slug), viewer=request.person)
    return [
        {
            "space": one.space.slug,
            "thread": one.number,
            "name": one.name,
            "other": card(one.other) if one.other else None,
            "people": one.people,
            "unread": one.unread,
            "following": one.following,
            "active_at": one.active_at,
            "last_excerpt": one.last_excerpt,
        }
        for one in found
    ]


@area.write(
    "POST", "/communities/{slug}/conversations", Room, scope="talk:write", status=201, also=(429,)
)
def talk_with(request: Caller, slug: SlugPath, wish: TalkWish) -> Status[dict[str, Any]]:
    """Talk with a member."""
    community = community_of(request, slug)
    made = actions.talk_with(actor=request.person, community=community, handle=wish.handle)
    return Status(201, _room(request, slug, made.slug))


@area.write(
    "POST", "/communities/{slug}/circles", Room, scope="talk:write", status=201, also=(429,)
)
def begin_circle(request: Caller, slug: SlugPath, wish: CircleWish) -> Status[dict[str, Any]]:
    """Begin a circle."""
    made = actions.begin_circle(
        actor=request.person,
        community=community_of(request, slug),
        name=wish.name,
        purpose=wish.purpose,
        rules_text=wish.rules,
        people=wish.people,
        listed=wish.listed,
    )
    return Status(201, _room(request, slug, made.slug))


@area.read("/communities/{slug}/rooms/{space}", Room, scope="talk:read", public=True)
def room(request: Caller, slug: SlugPath, space: SpacePath) -> dict[str, Any]:
    """Show a room."""
    return _room(request, slug, space)


@area.write("PUT", "/communities/{slug}/rooms/{space}", Room, scope="talk:write")
def change_circle(
    request: Caller, slug: SlugPath, space: SpacePath, wish: CircleChange
) -> dict[str, Any]:
    """Change a circle."""
    actions.edit_circle(
        actor=request.person,
        space=space_of(request, slug, space),
        name=wish.name,
        purpose=wish.purpose,
        rules_text=wish.rules,
        listed=wish.listed,
    )
    return _room(request, slug, space)


@area.read("/communities/{slug}/rooms/{space}/people", list[Insider], scope="talk:read")
def room_people(request: Caller, slug: SlugPath, space: SpacePath) -> list[dict[str, Any]]:
    """List who is in a private conversation."""
    return _people(request, slug, space)


@area.write("POST", "/communities/{slug}/rooms/{space}/people", list[Insider], scope="talk:write")
def bring_in(
    request: Caller, slug: SlugPath, space: SpacePath, wish: PeopleWish
) -> list[dict[str, Any]]:
    """Bring members into a circle."""
    found = space_of(request, slug, space)
    actions.invite_to_circle(actor=request.person, space=found, people=wish.people)
    return _people(request, slug, space)


@area.write(
    "DELETE", "/communities/{slug}/rooms/{space}/people/{handle}", None, scope="talk:write",
    status=204,
)  # fmt: skip
def leave_circle(
    request: Caller, slug: SlugPath, space: SpacePath, handle: HandlePath
) -> HttpResponse | Status[None]:
    """Leave a circle, or take somebody out of one's own."""
    found = space_of(request, slug, space)
    if handle == request.person.handle:
        actions.leave_circle(actor=request.person, space=found)
    else:
        inside = queries.people_of(found.community, space, viewer=request.person)
        person_id = next((one.card.id for one in inside if one.card.handle == handle), 0)
        actions.take_out_of_circle(actor=request.person, space=found, person_id=person_id)
    return Status(204, None)


def _people(request: Caller, slug: str, space: str) -> list[dict[str, Any]]:
    found = queries.people_of(community_of(request, slug), space, viewer=request.person)
    return [{"person": card(one.card), "host": one.host, "since": one.joined_at} for one in found]


def _room(request: Caller, slug: str, space: str) -> dict[str, Any]:
    found, sight = queries.look_into(community_of(request, slug), space, viewer=request.person)
    return {
        "space": found.slug,
        "thread": queries.chat_of(found).number,
        "name": _name(found, request),
        "purpose": found.purpose,
        "rules": found.rules,
        "private": found.private,
        "may_write": sight.writes(found),
    }


def _name(space: "rows.Space", request: Caller) -> str:
    return queries.other_of(space, request.person.pk or 0).name if space.pair else space.name
