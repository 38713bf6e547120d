"""How a community hangs together: needs by place and time, cells, and the hall of honour."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Plainly, Shown
from qunluo.api.spaces import SpacePath, space_of
from qunluo.conversation import actions, queries
from qunluo.kernel.text import _

area = Area("together", "Together")
AskingPath = Annotated[int, Path(ge=1, le=2**63 - 1), Plainly]


class Need(Shown):
    """A worry or need, and what is done about it."""

    thread: int = Field(description=_("The number of its thread."))
    name: str
    where: str
    when: str
    with_whom: str
    weight: int = Field(description=_("How many stand behind it, the author included."))
    owner: PersonCard | None = Field(description=_("Who looks after it."))
    touchpoint: str = Field(description=_("What is done each time it happens."))
    untouched: bool = Field(description=_("Without an owner or without a rule."))
    serves_goal: bool


class SceneMap(Shown):
    """The open needs, the heaviest first."""

    needs: list[Need]
    untouched: int
    serving: int = Field(description=_("How many serve the one goal."))


class Shared(Shown):
    """Another cell, and how many people both have."""

    cell: str
    people: int


class Cell(Shown):
    """A circle, or a space of those who hold something."""

    space: str
    name: str
    purpose: str
    rules: str
    circle: bool = Field(description=_("Begun by members, with rules of its own."))
    people: int = Field(description=_("Exact where the caller reads it, else in fives."))
    inside: bool = Field(description=_("Whether the caller is in it."))
    host: PersonCard | None
    shared: list[Shared]


class AskingWish(Given):
    """A wish to join a circle."""

    text: str = Field(max_length=1000, description=_("Why; only its host reads it."))


class AskingAnswer(Given):
    """What the host of a circle says to it."""

    accept: bool
    reason: str = Field("", max_length=1000, description=_("Needed when it is a no."))


class Asking(Shown):
    """Somebody's wish to join a circle."""

    id: int
    space: str
    person: PersonCard
    text: str
    state: str = Field(description=_("asked, accepted or refused."))
    reason: str
    asked_at: datetime


class Honoured(Shown):
    """Somebody whom others put into the spotlight."""

    person: PersonCard
    times: int
    thread: int = Field(description=_("The number of the last one."))
    name: str


@area.read("/communities/{slug}/scenes", SceneMap, scope="talk:read", public=True)
def scenes(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show needs by place and time."""
    found = queries.scene_map(community_of(request, slug), viewer=request.person)
    return {
        "needs": [_need(one) for one in found.needs],
        "untouched": len(found.untouched),
        "serving": found.serving,
    }


@area.read("/communities/{slug}/cells", list[Cell], scope="talk:read")
def cells(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List cells."""
    found = queries.cells(community_of(request, slug), viewer=request.person)
    slugs = {one.space.pk: one.space.slug for one in found}
    plain = ("name", "purpose", "rules")
    return [
        {
            **{name: getattr(one.space, name) for name in plain},
            "space": one.space.slug,
            "circle": one.circle,
            "people": one.people,
            "inside": one.inside,
            "host": card(one.host) if one.host and one.host.handle else None,
            "shared": [{"cell": slugs[pk], "people": many} for pk, many in one.shared.items()],
        }
        for one in found
    ]


@area.read("/communities/{slug}/askings", list[Asking], scope="talk:read")
def own_askings(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List which circles one asked to join."""
    community = community_of(request, slug)
    found = queries.own_askings(community, viewer=request.person)
    slugs = {
        cell.space.pk: cell.space.slug for cell in queries.cells(community, viewer=request.person)
    }
    return [_asking(one, slugs[pk]) for pk, one in found.items() if pk in slugs]


@area.write(
    "POST", "/communities/{slug}/cells/{space}/askings", Asking, scope="talk:write", status=201,
    also=(429,),
)  # fmt: skip
def ask_into_circle(
    request: Caller, slug: SlugPath, space: SpacePath, wish: AskingWish
) -> Status[dict[str, Any]]:
    """Ask to join a circle."""
    community = community_of(request, slug)
    made = actions.ask_into_circle(
        actor=request.person, community=community, slug=space, text=wish.text
    )
    return Status(201, _asking(queries.asking_of(made), space))


@area.write(
    "DELETE", "/communities/{slug}/cells/{space}/askings", None, scope="talk:write", status=204
)
def withdraw_asking(request: Caller, slug: SlugPath, space: SpacePath) -> Status[None]:
    """Ask no more."""
    community = community_of(request, slug)
    actions.withdraw_asking(actor=request.person, community=community, slug=space)
    return Status(204, None)


@area.read("/communities/{slug}/rooms/{space}/askings", list[Asking], scope="talk:read")
def circle_askings(request: Caller, slug: SlugPath, space: SpacePath) -> list[dict[str, Any]]:
    """List who asks to join one's circle."""
    found = space_of(request, slug, space)
    return [_asking(one, space) for one in queries.askings_in(found, viewer=request.person)]


@area.write(
    "POST", "/communities/{slug}/rooms/{space}/askings/{asking_id}", None, scope="talk:write",
    status=204,
)  # fmt: skip
def answer_asking(
    request: Caller, slug: SlugPath, space: SpacePath, asking_id: AskingPath, answer: AskingAnswer
) -> Status[None]:
    """Answer who asks to join."""
    actions.answer_asking(
        actor=request.person,
        space=space_of(request, slug, space),
        asking_id=asking_id,
        accept=answer.accept,
        reason=answer.reason,
    )
    return Status(204, None)


@area.read("/communities/{slug}/honours", list[Honoured], scope="talk:read", public=True)
def honours(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List who was honoured."""
    found = queries.honours(community_of(request, slug), viewer=request.person)
    return [
        {
            "person": card(one.person),
            "times": one.times,
            "thread": one.last.number,
            "name": one.last.name,
        }
        for one in found
    ]


def _asking(one: queries.Asking, space: str) -> dict[str, Any]:
    plain = ("id", "text", "state", "reason", "asked_at")
    return {
        **{name: getattr(one, name) for name in plain}, "space": space, "person": card(one.person),
    }  # fmt: skip


def _need(one: queries.Need) -> dict[str, Any]:
    plain = ("where", "when", "with_whom", "weight", "touchpoint", "untouched", "serves_goal")
    owner = one.card.assignee
    return {
        **{name: getattr(one, name) for name in plain},
        "thread": one.card.number,
        "name": one.card.name,
        "owner": card(owner) if owner else None,
    }
