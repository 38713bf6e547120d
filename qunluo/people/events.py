"""What happens to people."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Event):
    """Somebody opened an account."""

    name: ClassVar[str] = "people.person_registered"


@dataclass(frozen=True, kw_only=True)
class ProfileUpdated(Event):
    """Somebody changed their profile; `fields` names what changed, never its content."""

    name: ClassVar[str] = "people.profile_updated"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EmailConfirmed(Event):
    """Somebody proved that an e-mail address is theirs."""

    name: ClassVar[str] = "people.email_confirmed"


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    """Somebody made an API token."""

    name: ClassVar[str] = "people.token_issued"
    token_id: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """Somebody revoked one of their API tokens."""

    name: ClassVar[str] = "people.token_revoked"
    token_id: int


@dataclass(frozen=True, kw_only=True)
class DataExported(Event):
    """Somebody downloaded everything held about them."""

    name: ClassVar[str] = "people.data_exported"


@dataclass(frozen=True, kw_only=True)
class PersonErased(Event):
    """Somebody erased their account; only their number remains in earlier events."""

    name: ClassVar[str] = "people.person_erased"
