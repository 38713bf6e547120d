"""How a community hangs together: needs by place and time, cells, and the hall of honour."""

from typing import Any

from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Shown
from qunluo.conversation import queries
from qunluo.kernel.text import _

area = Area("together", "Together")


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


def _need(one: queries.Need) -> dict[str, Any]:
    plain = ("where", "when", "with_whom", "weight", "touchpoint", "untouched", "serves_goal")
    owner = one.card.assignee
    return {
        **{name: getattr(one, name) for name in plain},
        "thread": one.card.number,
        "name": one.card.name,
        "owner": card(owner) if owner else None,
    }
