"""What higher rooms hand down: the seed from which a community is founded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Seed:
    """What a blueprint gives a new community, already in the community's language.

    `values` goes into the charter draft; `suggested` is what counts as not yet edited.
    """

    blueprint: str
    digest: str = ""
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    suggested: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    key_fields: Sequence[str] = ()
    selection: str = "invitation"
    brand_colour: str = "#2f6f4f"
