"""What happens between a person and a community."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ApplicationMade(Event):
    """Somebody asked to join and waits for a decision."""

    name: ClassVar[str] = "community.application_made"
    application_id: int


@dataclass(frozen=True, kw_only=True)
class ApplicationAccepted(Event):
    """An operator accepted an application."""

    name: ClassVar[str] = "community.application_accepted"
    audit: ClassVar[bool] = True
    application_id: int


@dataclass(frozen=True, kw_only=True)
class ApplicationRefused(Event):
    """An operator refused an application, with a reason."""

    name: ClassVar[str] = "community.application_refused"
    audit: ClassVar[bool] = True
    application_id: int


@dataclass(frozen=True, kw_only=True)
class ApplicationRefusedByRule(Event):
    """The declared scope refused an application, with a reason; nobody decided it."""

    name: ClassVar[str] = "community.application_refused_by_rule"
    application_id: int


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(Event):
    """An applicant took their application back, or came in by another way."""

    name: ClassVar[str] = "community.application_withdrawn"
    application_id: int


@dataclass(frozen=True, kw_only=True)
class CriterionVerified(Event):
    """An operator checked that an applicant meets the entry criterion."""

    name: ClassVar[str] = "community.criterion_verified"
    audit: ClassVar[bool] = True
    application_id: int


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    """Somebody became a member; `via` is the way they came."""

    name: ClassVar[str] = "community.member_joined"
    membership_id: int
    number: int
    via: str
    inviter_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class MemberLeft(Event):
    """A member left freely."""

    name: ClassVar[str] = "community.member_left"
    membership_id: int


@dataclass(frozen=True, kw_only=True)
class EntryEnded(Event):
    """The paid time of a member was over, which ended the membership."""

    name: ClassVar[str] = "community.entry_ended"
    membership_id: int


@dataclass(frozen=True, kw_only=True)
class EntryRenewed(Event):
    """Somebody whose paid time was over is a member again, until an end or without (None)."""

    name: ClassVar[str] = "community.entry_renewed"
    membership_id: int
    paid_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class EntryTiersChanged(Event):
    """Other tiers than before let in who holds them."""

    name: ClassVar[str] = "community.entry_tiers_changed"
    audit: ClassVar[bool] = True
    tiers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    """A member was removed under a rule they had accepted."""

    name: ClassVar[str] = "community.member_removed"
    audit: ClassVar[bool] = True
    membership_id: int
    rule_id: str
    rules_number: int


@dataclass(frozen=True, kw_only=True)
class MemberReinstated(Event):
    """A removal was undone: the same membership and number live on."""

    name: ClassVar[str] = "community.member_reinstated"
    membership_id: int


@dataclass(frozen=True, kw_only=True)
class MemberSuspended(Event):
    """A member may look in but do nothing until a date, under a rule they had accepted."""

    name: ClassVar[str] = "community.member_suspended"
    audit: ClassVar[bool] = True
    membership_id: int
    rule_id: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class SuspensionLifted(Event):
    """A suspension ended before its date."""

    name: ClassVar[str] = "community.suspension_lifted"
    audit: ClassVar[bool] = True
    membership_id: int


@dataclass(frozen=True, kw_only=True)
class RulesAccepted(Event):
    """A member accepted a version of the rules."""

    name: ClassVar[str] = "community.rules_accepted"
    membership_id: int
    rules_number: int


@dataclass(frozen=True, kw_only=True)
class LabelClaimed(Event):
    """A member said about the community's label: I have it (have), I want it (want), or neither."""

    name: ClassVar[str] = "community.label_claimed"
    membership_id: int
    claim: str


@dataclass(frozen=True, kw_only=True)
class GrantGiven(Event):
    """Somebody received a role, seat, badge, pass or tier."""

    name: ClassVar[str] = "community.grant_given"
    audit: ClassVar[bool] = True
    grant_id: int
    kind: str
    holds: str
    source: str
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class GrantExtended(Event):
    """A grant that was held already got another expiry."""

    name: ClassVar[str] = "community.grant_extended"
    audit: ClassVar[bool] = True
    grant_id: int
    kind: str
    holds: str
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class GrantRevoked(Event):
    """A grant was taken back, or given up by its holder."""

    name: ClassVar[str] = "community.grant_revoked"
    audit: ClassVar[bool] = True
    grant_id: int
    kind: str
    holds: str


@dataclass(frozen=True, kw_only=True)
class GrantExpired(Event):
    """A grant reached its end; it stopped counting at that moment."""

    name: ClassVar[str] = "community.grant_expired"
    grant_id: int
    kind: str
    holds: str
