"""What happens to a community as a whole; texts stay in the charter, the events keep their ids."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CommunityFounded(Event):
    """Someone founded a community from a blueprint; it is private and works at once."""

    name: ClassVar[str] = "community.founded"
    audit: ClassVar[bool] = True
    blueprint: str


@dataclass(frozen=True, kw_only=True)
class CharterStepSaved(Event):
    """A founder saved a step of the charter draft; `changed` names the fields."""

    name: ClassVar[str] = "community.charter_step_saved"
    audit: ClassVar[bool] = True
    step: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class CharterPublished(Event):
    """A new version of the charter was published; earlier versions stay readable."""

    name: ClassVar[str] = "community.charter_published"
    audit: ClassVar[bool] = True
    version: int


@dataclass(frozen=True, kw_only=True)
class CommunityPublished(Event):
    """The community opened its public door."""

    name: ClassVar[str] = "community.published"
    audit: ClassVar[bool] = True
    version: int


@dataclass(frozen=True, kw_only=True)
class CommunityUnpublished(Event):
    """The community closed its public door and works on in private."""

    name: ClassVar[str] = "community.unpublished"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class CommunityClosed(Event):
    """An owner brought the community to its end; everything stays readable, nothing moves."""

    name: ClassVar[str] = "community.closed"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class CommunityReopened(Event):
    """An owner opened a closed community again; it begins in private."""

    name: ClassVar[str] = "community.reopened"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class RecruitmentOpened(Event):
    """The community takes new members through its door."""

    name: ClassVar[str] = "community.recruitment_opened"
    audit: ClassVar[bool] = True
    selection: str


@dataclass(frozen=True, kw_only=True)
class RecruitmentClosed(Event):
    """The community takes no new members through its door; invitations still work."""

    name: ClassVar[str] = "community.recruitment_closed"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class SelectionChanged(Event):
    """The way newcomers are chosen was changed."""

    name: ClassVar[str] = "community.selection_changed"
    audit: ClassVar[bool] = True
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(Event):
    """Settings of the community were changed; `changed` names them."""

    name: ClassVar[str] = "community.settings_changed"
    audit: ClassVar[bool] = True
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class RulesPublished(Event):
    """A new version of the rules was published; newcomers accept this one."""

    name: ClassVar[str] = "community.rules_published"
    audit: ClassVar[bool] = True
    version: int
    count: int


@dataclass(frozen=True, kw_only=True)
class GoalConfirmed(Event):
    """The founders confirmed the one operating goal; from now on it is locked."""

    name: ClassVar[str] = "community.goal_confirmed"
    audit: ClassVar[bool] = True
    target: int
    due_on: date


@dataclass(frozen=True, kw_only=True)
class GoalAmended(Event):
    """A vote of the members changed the one goal; person: who had asked for the vote."""

    name: ClassVar[str] = "community.goal_amended"
    vote_id: int
    target: int
    due_on: date


@dataclass(frozen=True, kw_only=True)
class PledgeMade(Event):
    """A member pledged a counted act towards the change the community wants."""

    name: ClassVar[str] = "community.pledge_made"
    pledge_id: int
    count: int


@dataclass(frozen=True, kw_only=True)
class PledgeWithdrawn(Event):
    """A member took a pledge back."""

    name: ClassVar[str] = "community.pledge_withdrawn"
    pledge_id: int


@dataclass(frozen=True, kw_only=True)
class CofounderOffered(Event):
    """An owner offered someone to found together, with an agreed split."""

    name: ClassVar[str] = "community.cofounder_offered"
    audit: ClassVar[bool] = True
    offer_id: int
    share_percent: int


@dataclass(frozen=True, kw_only=True)
class CofounderJoined(Event):
    """A second owner accepted the terms and founds together with the first."""

    name: ClassVar[str] = "community.cofounder_joined"
    audit: ClassVar[bool] = True
    offer_id: int
    share_percent: int


@dataclass(frozen=True, kw_only=True)
class CofounderOfferWithdrawn(Event):
    """An owner withdrew an offer to found together."""

    name: ClassVar[str] = "community.cofounder_offer_withdrawn"
    audit: ClassVar[bool] = True
    offer_id: int


@dataclass(frozen=True, kw_only=True)
class FactPushed(Event):
    """A part of the software told the community a fact that its gates read."""

    name: ClassVar[str] = "community.fact_pushed"
    fact: str
    value: bool
