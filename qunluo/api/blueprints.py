"""Blueprints, and founding a community from one."""

from typing import TYPE_CHECKING, Annotated, Any

from django.utils.translation import get_language
from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import Community, show_community
from qunluo.api.community import area as communities
from qunluo.api.shapes import Currency, Given, Shown
from qunluo.api.texts import picked
from qunluo.blueprints import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.blueprints.rules import Blueprint as Declared

area = Area("blueprints", "Blueprints")
BlueprintId = Annotated[str, Path(max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
FOUNDINGS = Rate("found", 10, 3600)


class PresetSpace(Shown):
    """A place to talk that a community starts with."""

    slug: str
    kind: str
    name: str


class BlueprintCard(Shown):
    """What a list shows of a blueprint."""

    id: str
    name: str
    pitch: str
    who: str
    colour: str
    selection: str


class Blueprint(BlueprintCard):
    """A starting point for a community; every word of it can be changed afterwards."""

    spaces: list[PresetSpace]
    key_fields: list[str] = Field(
        description=_("What has to be in one's own words before publishing.")
    )
    written: dict[str, Any] = Field(description=_("The charter values a draft starts with."))
    suggested: dict[str, Any] = Field(description=_("The same, with what is only suggested."))


class FoundingWish(Given):
    """All it takes to found a private, working community."""

    name: str
    sentence: str = Field(description=_("What it is for, in one sentence."))
    blueprint: str
    language: str = Field("zh-hans", pattern="^(zh-hans|en)$", description=_("zh-hans or en."))
    slug: str | None = Field(None, description=_("The address; made from the name if missing."))
    currency: Currency = Field("CNY", description=_("An ISO 4217 code."))


@area.read("/blueprints", list[BlueprintCard], scope="communities:read", public=True)
def blueprints(request: Caller) -> list[dict[str, Any]]:
    """List the blueprints."""
    return [_card(one) for one in queries.blueprints().values()]


@area.read("/blueprints/{blueprint_id}", Blueprint, scope="communities:read", public=True)
def blueprint(request: Caller, blueprint_id: BlueprintId) -> dict[str, Any]:
    """Show a blueprint."""
    found = queries.get_blueprint(blueprint_id)
    language = get_language() or "en"
    return {
        **_card(found),
        "spaces": [
            {"slug": space.slug, "kind": space.kind, "name": picked(space.name)}
            for space in found.spaces
        ],
        "key_fields": list(found.key_fields),
        "written": found.written(language),
        "suggested": found.suggested(language),
    }


@communities.write(
    "POST", "/communities", Community, scope="communities:write", status=201, rate=FOUNDINGS
)
def found_community(request: Caller, wish: FoundingWish) -> Status[dict[str, Any]]:
    """Found a community."""
    made = actions.found_community(actor=request.person, **wish.model_dump())
    return Status(201, show_community(request, made))


def _card(one: "Declared") -> dict[str, str]:
    return {
        "id": one.id,
        "name": picked(one.name),
        "pitch": picked(one.pitch),
        "who": picked(one.who),
        "colour": one.colour,
        "selection": one.selection,
    }
