"""What a new community starts from, and how it gets its address."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])")
RESERVED = frozenset({"new", "start", "admin", "api", "static", "media", "about", "help"})
    [
        "new",
        "start",
        "admin",
        "api",
        "me",
        "i",
        "p",
        "c",
        "accounts",
        "static",
        "media",
        "docs",
        "about",
        "help",
    ]
)


@dataclass(frozen=True, kw_only=True)
class SpaceSeed:
    """A place to talk that a new community starts with."""

    slug: str
    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Seed:
    """What a blueprint gives a new community, already in the community's language.

    `values` goes into the charter draft; `suggested` is what counts as not yet edited.
    """

    blueprint: str
    digest: str = ""
    modules: Sequence[str] = ()
    spaces: Sequence[SpaceSeed] = ()
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    suggested: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    key_fields: Sequence[str] = ()
    selection: str = "invitation"
    brand_colour: str = "#2f6f4f"


def slug_of(name: str) -> str:
    """Return an address made of the Latin letters of a name, or "" when too few are left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32].strip("-")
    return slug if len(slug) >= 3 and len(slug) * 2 >= len(name) and slug not in RESERVED else ""


def is_slug(text: str) -> bool:
    """Tell whether a text may be an address: 3 to 40 small letters, digits and hyphens."""
    return bool(SLUG.fullmatch(text)) and "--" not in text and text not in RESERVED
