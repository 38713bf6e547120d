"""What is told about each payment provider, read from its own folder; plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qunluo.kernel.definitions import load_file

Words = Mapping[str, str]


@dataclass(frozen=True)
class Setting:
    """One setting of a merchant's account; a secret one is kept sealed and never shown."""

    name: str
    label: Words
    help: Words
    secret: bool = False
    long: bool = False
    optional: bool = False


@dataclass(frozen=True)
class About:
    """A provider as a shop sees it; no currencies stand for all of them."""

    name: str
    label: Words
    about: Words
    currencies: tuple[str, ...]
    zone: str  # in which the day of a bill ends
    bills: bool
    settings: tuple[Setting, ...]


@cache
def about(folder: Path) -> About:
    """Return what the definition of a provider says."""
    told = load_file(folder / "definition.toml")
    fields = told.get("fields", {})
    return About(
        name=folder.name,
        label=told["label"],
        about=told["about"],
        currencies=tuple(told.get("currencies", ())),
        zone=told.get("zone", "UTC"),
        bills=told.get("bills", False),
        settings=tuple(
            Setting(
                name,
                one["label"],
                one.get("help", {"en": "", "zh": ""}),
                secret=one.get("secret", False),
                long=one.get("long", False),
                optional=one.get("optional", False),
            )
            for name, one in fields.items()
        ),
    )
