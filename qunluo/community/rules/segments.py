"""The language of member filters: what may be asked, checked before it reaches the database."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from qunluo.community.errors import InvalidFilter
from qunluo.community.rules.permissions import roles
from qunluo.kernel.text import _

VIAS = ("founding", "open", "questions", "vetting", "invitation", "fee", "import", "code")
LABELS = ("have", "want", "none")
NO_HOST = "none"
FOR_EVERY_MEMBER = frozenset({"q", "role", "tag", "offers"})
LONGEST = 60
NAME_LENGTH = 60


@dataclass(frozen=True)
class Filters:
    """A filter over members; everything that is set must hold.

    `host` is a person's id or "none"; `dormant_days` means not here for at least so many days;
    `rules` is "outdated" for members who have yet to accept the current version.
    """

    q: str = ""
    role: str = ""
    tag: str = ""
    offers: str = ""
    via: str = ""
    host: int | str = ""
    label: str = ""
    rules: str = ""
    joined_after: date | None = None
    joined_before: date | None = None
    dormant_days: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is set, as it is stored with a segment."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value not in ("", None)
        }

    @property
    def for_operators(self) -> frozenset[str]:
        """Return the names of what is set and may be asked only by who looks after members."""
        return frozenset(self.as_json()) - FOR_EVERY_MEMBER


def parse(raw: Mapping[str, Any]) -> Filters:
    """Return the filters, or InvalidFilter naming every part that cannot be used."""
    wrong: dict[str, list[str]] = {}
    known = {field.name for field in fields(Filters)}
    given = {name: value for name, value in raw.items() if value not in ("", None)}
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            wrong[name] = [_("Members cannot be filtered by this.")]
            continue
        try:
            read[name] = _read(name, value)
        except (ValueError, TypeError, OverflowError):
            wrong[name] = [_("This value cannot be used here.")]
    if wrong:
        raise InvalidFilter(fields=wrong)
    return Filters(**read)


def _read(name: str, value: Any) -> Any:
    """Return a value in its type; ValueError when it is none."""
    if name in {"joined_after", "joined_before"}:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    if name == "dormant_days":
        return _within(int(value), 1, 3650)
    if name == "host":
        return NO_HOST if value == NO_HOST else _within(int(value), 1, 2**63 - 1)
    if name in CHOICES:
        return _one_of(str(value), CHOICES[name]())
    return _short(value)


CHOICES: dict[str, Any] = {
    "role": lambda: tuple(roles()),
    "via": lambda: VIAS,
    "label": lambda: LABELS,
    "rules": lambda: ("outdated",),
}


def _within(value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise ValueError(value)
    return value


def _one_of(value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(value)
    return value


def _short(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value or len(value) > LONGEST:
        raise ValueError(value)
    return value.strip()
