"""What happens in campaigns. Amounts are whole minor units; only ids and numbers stand here."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CampaignOffered(Event):
    """Members may lead a campaign like this one."""

    name: ClassVar[str] = "market.campaign_offered"
    audit: ClassVar[bool] = True
    campaign_id: int


@dataclass(frozen=True, kw_only=True)
class CampaignProposed(Event):
    """A member wants to lead a campaign."""

    name: ClassVar[str] = "market.campaign_proposed"
    campaign_id: int


@dataclass(frozen=True, kw_only=True)
class CampaignDeclined(Event):
    """It was not agreed to, or is offered no more."""

    name: ClassVar[str] = "market.campaign_declined"
    audit: ClassVar[bool] = True
    campaign_id: int


@dataclass(frozen=True, kw_only=True)
class CampaignOpened(Event):
    """It takes people in from its beginning on."""

    name: ClassVar[str] = "market.campaign_opened"
    audit: ClassVar[bool] = True
    campaign_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class CampaignClosed(Event):
    """It ended and is carried out; amounts are those of what was paid."""

    name: ClassVar[str] = "market.campaign_closed"
    campaign_id: int
    units: int
    amount: int
    buyers: int


@dataclass(frozen=True, kw_only=True)
class CampaignFailed(Event):
    """It will not come to pass; everybody gets everything back."""

    name: ClassVar[str] = "market.campaign_failed"
    campaign_id: int
    units: int
    amount: int
    buyers: int


@dataclass(frozen=True, kw_only=True)
class ThresholdLowered(Event):
    """Fewer are enough, by the word of who runs the shop, with a reason that everybody reads."""

    name: ClassVar[str] = "market.threshold_lowered"
    audit: ClassVar[bool] = True
    campaign_id: int
    before: int
    after: int
    team_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class BatchReleased(Event):
    """The next batch of a drop is for sale."""

    name: ClassVar[str] = "market.batch_released"
    campaign_id: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class DropSoldOut(Event):
    """The last one was taken."""

    name: ClassVar[str] = "market.drop_sold_out"
    campaign_id: int


@dataclass(frozen=True, kw_only=True)
class TeamStarted(Event):
    """Its leader has paid, so that the team exists."""

    name: ClassVar[str] = "market.team_started"
    campaign_id: int
    team_id: int


@dataclass(frozen=True, kw_only=True)
class SeatHeld(Event):
    """Somebody holds a seat until the time to pay is over."""

    name: ClassVar[str] = "market.seat_held"
    team_id: int
    order_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class SeatPaid(Event):
    """A seat is paid; `late` when its order had ended before."""

    name: ClassVar[str] = "market.seat_paid"
    team_id: int
    order_id: int
    number: int
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class SeatFreed(Event):
    """A seat is free again."""

    name: ClassVar[str] = "market.seat_freed"
    team_id: int
    order_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class LeaderChanged(Event):
    """Who paid first among those who stayed leads the team now."""

    name: ClassVar[str] = "market.leader_changed"
    team_id: int


@dataclass(frozen=True, kw_only=True)
class TeamFormed(Event):
    """Every seat is paid; its orders are taken on."""

    name: ClassVar[str] = "market.team_formed"
    campaign_id: int
    team_id: int


@dataclass(frozen=True, kw_only=True)
class TeamFailed(Event):
    """It was not full in time; everybody gets everything back."""

    name: ClassVar[str] = "market.team_failed"
    campaign_id: int
    team_id: int


@dataclass(frozen=True, kw_only=True)
class EntryMade(Event):
    """Somebody has a numbered line, or waits for one (`waits`)."""

    name: ClassVar[str] = "market.entry_made"
    campaign_id: int
    entry_id: int
    number: int
    waits: bool = False


@dataclass(frozen=True, kw_only=True)
class EntryPaid(Event):
    """A line is paid."""

    name: ClassVar[str] = "market.entry_paid"
    campaign_id: int
    entry_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class EntryChanged(Event):
    """What a line asks for changed: `more` is to be paid, `back` goes back, in minor units."""

    name: ClassVar[str] = "market.entry_changed"
    campaign_id: int
    entry_id: int
    more: int
    back: int


@dataclass(frozen=True, kw_only=True)
class EntryMovedUp(Event):
    """Who waited has what they wanted set aside, and time to pay it."""

    name: ClassVar[str] = "market.entry_moved_up"
    campaign_id: int
    entry_id: int
    order_id: int


@dataclass(frozen=True, kw_only=True)
class EntryLeft(Event):
    """A line was given up; its number is not given again."""

    name: ClassVar[str] = "market.entry_left"
    campaign_id: int
    entry_id: int
    number: int
