"""Blueprints as data: what a kind of community starts from, in both languages; plain Python."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qunluo.kernel.definitions import BadDefinition, load
from qunluo.kernel.text import pick

DEFINITIONS = Path(__file__).parent / "definitions"
# What makes a community its own, whatever the blueprint: these are edited before publishing.
ALWAYS_OWN = (
    "intention.intention",
    "positioning.with_whom",
    "positioning.doing_what",
    "positioning.why_them",
    "attitude.attitude",
    "meaning.mission",
    "meaning.vision",
    "meaning.values",
    "rules.rules",
)
SPACE_KINDS = frozenset({"chat", "forum", "interest", "questions", "circle", "blog", "microblog"})

Words = Mapping[str, str]


@dataclass(frozen=True)
class Space:
    """A place to talk."""

    slug: str
    kind: str
    name: Words


@dataclass(frozen=True)
class Blueprint:
    """A named starting point; `charter` is written into the draft, `guidance` only shown."""

    id: str
    order: int
    icon: str
    reqs: tuple[str, ...]
    name: Words
    pitch: Words
    who: Words
    colour: str
    selection: str
    gates: tuple[str, ...]
    key_fields: tuple[str, ...]
    spaces: tuple[Space, ...]
    charter: Mapping[str, Mapping[str, Any]]
    guidance: Mapping[str, Mapping[str, Any]]
    digest: str

    def written(self, language: str) -> dict[str, dict[str, Any]]:
        """Return the charter values that a draft starts with, in one language."""
        return _in(self.charter, language)

    def suggested(self, language: str) -> dict[str, dict[str, Any]]:
        """Return everything the blueprint says, which is what counts as not edited."""
        said = self.written(language)
        for step, fields in _in(self.guidance, language).items():
            said[step] = {**said.get(step, {}), **fields}
        return said


def read(folder: Path) -> dict[str, Blueprint]:
    """Return the blueprints of a folder by id, which is the file's name; BadDefinition."""
    found = {id: _blueprint(id, data) for id, data in load(folder).items()}
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


def _blueprint(id: str, data: Mapping[str, Any]) -> Blueprint:
    try:
        spaces = tuple(Space(**space) for space in data["space"])
        strange = {space.kind for space in spaces} - SPACE_KINDS
        if strange:
            raise BadDefinition(f"{id}.toml: unknown kinds of space {sorted(strange)}")
        return Blueprint(
            id=id,
            order=data["order"],
            icon=data["icon"],
            reqs=tuple(data["req"]),
            name=data["name"],
            pitch=data["pitch"],
            who=data["who"],
            colour=data["colour"],
            selection=data["selection"],
            gates=tuple(data.get("gates", ())),
            key_fields=tuple(dict.fromkeys((*ALWAYS_OWN, *data.get("key_fields", ())))),
            spaces=spaces,
            charter=data["charter"],
            guidance=data.get("guidance", {}),
            digest=_digest(data),
        )
    except (KeyError, TypeError) as error:
        raise BadDefinition(f"{id}.toml: {error}") from error


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.blake2b(repr(data).encode(), digest_size=16).hexdigest()


def _in(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {key: _localised(value, language) for key, value in values.items()}


def _localised(value: Any, language: str) -> Any:
    picked = pick(value, language)
    if isinstance(picked, list):
        return [_localised(item, language) for item in picked]
    return _in(picked, language) if isinstance(picked, Mapping) else picked
