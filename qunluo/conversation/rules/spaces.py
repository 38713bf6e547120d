"""Types of spaces and who sees one; read from definitions/spaces.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from qunluo.conversation.rules.kinds import Kind, kinds
from qunluo.kernel.definitions import load_file
from qunluo.kernel.text import _

DEFINITIONS = Path(__file__).parents[1] / "definitions" / "spaces.toml"
VISIBILITIES = ("public", "members", "grant")
GRANT_KINDS = ("role", "badge", "pass", "tier", "seat")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
NAME_LENGTH, PURPOSE_LENGTH, SLUG_LENGTH, GRANT_LENGTH, RULES_LENGTH = 60, 300, 40, 40, 2000
MOST_SHARE, MOST_A_DAY = 50, 20  # of adverts: per cent of a space, and from one person
Words = Mapping[str, str]


@dataclass(frozen=True)
class SpaceType:
    """What a space can be; `opens` is the permission to open threads, "" for every member.

    A `room` holds one endless thread, made with it, in which everybody writes.
    """

    name: str
    icon: str
    presets: tuple[str, ...]
    offers: tuple[str, ...]
    label: Words
    help: Words
    opens: str = ""
    room: bool = False

    @property
    def kinds(self) -> list[Kind]:
        """Return the kinds of threads that can be opened here, in their order."""
        return [kind for kind in kinds().values() if kind.name in self.offers]


@cache
def space_types() -> Mapping[str, SpaceType]:
    """Return every type by name."""
    return {name: _type(name, data) for name, data in _read()["types"].items()}


def type_of(name: str) -> SpaceType:
    """Return a type; an unknown one reads as a board."""
    return space_types().get(name) or space_types()["board"]


def preset(word: str) -> str:
    """Return the type that a blueprint means by its word for a kind of space."""
    for kind in space_types().values():
        if word == kind.name or word in kind.presets:
            return kind.name
    return "board"


def general() -> Mapping[str, Any]:
    """Return the space that a community starts with when its blueprint names none."""
    found: Mapping[str, Any] = _read()["general"]
    return found


def faults(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with the fields of a space, by field; only those that are given."""
    found: dict[str, list[str]] = {}
    if "name" in given and not 1 <= len(given["name"]) <= NAME_LENGTH:
        found["name"] = [_("Give it a name of at most 60 characters.")]
    slug = given.get("slug")
    if slug is not None and (len(slug) > SLUG_LENGTH or not SLUG.fullmatch(slug)):
        found["slug"] = [_("Small letters, digits and hyphens only, at most 40.")]
    if "type" in given and given["type"] not in space_types():
        found["type"] = [_("There is no such type of space.")]
    if len(given.get("purpose", "")) > PURPOSE_LENGTH:
        found["purpose"] = [_("At most 300 characters.")]
    if len(given.get("rules", "")) > RULES_LENGTH:
        found["rules"] = [_("At most 2,000 characters.")]
    return found | _advert_faults(given) | _visibility_faults(given)


def _advert_faults(given: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not 0 <= given.get("advert_share", 0) <= MOST_SHARE:
        found["advert_share"] = [_("Between 0 and 50 per cent.")]
    if not 1 <= given.get("advert_daily", 1) <= MOST_A_DAY:
        found["advert_daily"] = [_("Between 1 and 20 a day.")]
    return found


def _visibility_faults(given: Mapping[str, Any]) -> dict[str, list[str]]:
    if given.get("visibility", "members") not in VISIBILITIES:
        return {"visibility": [_("A space is public, for members, or for holders of a grant.")]}
    if given.get("visibility") != "grant":
        return {}
    name = given.get("grant_name", "")
    if given.get("grant_kind") not in GRANT_KINDS or not 1 <= len(name) <= GRANT_LENGTH:
        return {"grant_name": [_("Say which role, badge, pass, tier or seat opens this space.")]}
    return {}


def _type(name: str, data: Mapping[str, Any]) -> SpaceType:
    return SpaceType(
        name,
        icon=data["icon"],
        presets=tuple(data["presets"]),
        offers=tuple(data["kinds"]),
        label=data["label"],
        help=data["help"],
        opens=data.get("opens", ""),
        room=data.get("room", False),
    )


def _read() -> Mapping[str, Any]:
    return load_file(DEFINITIONS)
