"""Founding a community from a blueprint."""

from typing import TYPE_CHECKING, Any

from qunluo.blueprints.queries import get_blueprint
from qunluo.blueprints.rules import Blueprint
from qunluo.community.actions import create_community
from qunluo.community.ports import Seed
from qunluo.conversation.actions import Preset, furnish
from qunluo.growth.actions import create_invitation
from qunluo.kernel.text import pick
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

# The first link is for a handful of people whom the founder knows.
FIRST_GUESTS = 5


@write_tx
def found_community(
    *,
    actor: "Person",
    name: str,
    sentence: str,
    blueprint: str,
    language: str = "zh-hans",
    slug: str | None = None,
    time_zone: str = "Asia/Shanghai",
    currency: str = "CNY",
) -> "Community":
    """Found a private, working community with a join link; name, blueprint and sentence suffice.

    BlueprintUnknown, Invalid, SlugInvalid, SlugTaken.
    """
    chosen = get_blueprint(blueprint)
    community = create_community(
        actor=actor,
        name=name,
        sentence=sentence,
        seed=seed_of(chosen, language),
        language=language,
        slug=slug,
        time_zone=time_zone,
        currency=currency,
    )
    presets = [
        Preset(slug=space.slug, name=str(pick(space.name, language)), kind=space.kind)
        for space in chosen.spaces
    ]
    furnish(actor=actor, community=community, presets=presets, language=language)
    create_invitation(actor=actor, community=community, max_uses=FIRST_GUESTS, channel="founding")
    return community


def seed_of(blueprint: Blueprint, language: str) -> Seed:
    """Return what a blueprint gives a new community, in its language."""
    written = blueprint.written(language)
    return Seed(
        blueprint=blueprint.id,
        digest=blueprint.digest,
        values=_with_look(written, blueprint),
        suggested=blueprint.suggested(language),
        key_fields=blueprint.key_fields,
        selection=blueprint.selection,
        brand_colour=blueprint.colour,
    )


def _with_look(written: dict[str, dict[str, Any]], blueprint: Blueprint) -> dict[str, Any]:
    return {**written, "identity": {"colour": blueprint.colour, **written.get("identity", {})}}
