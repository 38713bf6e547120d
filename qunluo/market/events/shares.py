"""What happens with shares of a harvest. Amounts are whole minor units; only ids stand here."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class SeasonStarted(Event):
    """A season is written down, with so many deliveries."""

    name: ClassVar[str] = "market.season_started"
    audit: ClassVar[bool] = True
    season_id: int
    deliveries: int


@dataclass(frozen=True, kw_only=True)
class SeasonChanged(Event):
    """What is said of a season changed, or the room of a depot; `closed`: it takes nobody in."""

    name: ClassVar[str] = "market.season_changed"
    audit: ClassVar[bool] = True
    season_id: int
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class SeasonTermsChanged(Event):
    """The terms changed for who subscribes from now on: `changed` names the fields."""

    name: ClassVar[str] = "market.season_terms_changed"
    audit: ClassVar[bool] = True
    season_id: int
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class SeasonOffered(Event):
    """The turn of `to` has come to subscribe before everybody: holders or waiting."""

    name: ClassVar[str] = "market.season_offered"
    season_id: int
    to: str


@dataclass(frozen=True, kw_only=True)
class ShareAsked(Event):
    """Somebody asked for a share, or waits for one (`waits`); its price is fixed from here on."""

    name: ClassVar[str] = "market.share_asked"
    season_id: int
    contract_id: int
    price: int
    waits: bool = False


@dataclass(frozen=True, kw_only=True)
class ShareMovedUp(Event):
    """Who waited has a place, and time to pay its first part."""

    name: ClassVar[str] = "market.share_moved_up"
    season_id: int
    contract_id: int
    order_id: int


@dataclass(frozen=True, kw_only=True)
class ShareBegan(Event):
    """The first part is paid; every box is promised."""

    name: ClassVar[str] = "market.share_began"
    season_id: int
    contract_id: int
    boxes: int


@dataclass(frozen=True, kw_only=True)
class ShareCancelled(Event):
    """A share ends before its season; `back` goes back in minor units."""

    name: ClassVar[str] = "market.share_cancelled"
    audit: ClassVar[bool] = True
    season_id: int
    contract_id: int
    back: int = 0


@dataclass(frozen=True, kw_only=True)
class ShareEnded(Event):
    """The season of a share is over."""

    name: ClassVar[str] = "market.share_ended"
    season_id: int
    contract_id: int


@dataclass(frozen=True, kw_only=True)
class ShareSuspended(Event):
    """A part stayed unpaid past its grace: nothing more is packed until it is paid."""

    name: ClassVar[str] = "market.share_suspended"
    contract_id: int
    order_id: int | None


@dataclass(frozen=True, kw_only=True)
class ShareReinstated(Event):
    """It is paid after all; boxes are packed again."""

    name: ClassVar[str] = "market.share_reinstated"
    contract_id: int


@dataclass(frozen=True, kw_only=True)
class InstalmentDue(Event):
    """A part of the price can be paid now."""

    name: ClassVar[str] = "market.instalment_due"
    contract_id: int
    order_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class BoxSkipped(Event):
    """A box is not wanted: it goes to the pool, or comes back as store credit once it is paid."""

    name: ClassVar[str] = "market.box_skipped"
    contract_id: int
    delivery_id: int


@dataclass(frozen=True, kw_only=True)
class BoxMoved(Event):
    """A box is handed out on another day or at another depot."""

    name: ClassVar[str] = "market.box_moved"
    contract_id: int
    delivery_id: int
    to_id: int


@dataclass(frozen=True, kw_only=True)
class BoxesPacked(Event):
    """So many boxes of a delivery are packed."""

    name: ClassVar[str] = "market.boxes_packed"
    audit: ClassVar[bool] = True
    delivery_id: int
    boxes: int


@dataclass(frozen=True, kw_only=True)
class BoxPicked(Event):
    """Somebody said their code and has their box."""

    name: ClassVar[str] = "market.box_picked"
    audit: ClassVar[bool] = True
    contract_id: int
    delivery_id: int


@dataclass(frozen=True, kw_only=True)
class BoxMissed(Event):
    """The day is over and nobody came for a box, or it was not packed for an unpaid part."""

    name: ClassVar[str] = "market.box_missed"
    contract_id: int
    delivery_id: int


@dataclass(frozen=True, kw_only=True)
class BoxFilled(Event):
    """What is in the boxes of a delivery was said."""

    name: ClassVar[str] = "market.box_filled"
    audit: ClassVar[bool] = True
    season_id: int
    delivery_id: int


@dataclass(frozen=True, kw_only=True)
class ShortfallTold(Event):
    """The harvest gave less: what is missing from a delivery, and why, for subscribers to read."""

    name: ClassVar[str] = "market.shortfall_told"
    audit: ClassVar[bool] = True
    season_id: int
    delivery_id: int


@dataclass(frozen=True, kw_only=True)
class RiseProposed(Event):
    """The farm asks holders to pay more for each box still to come."""

    name: ClassVar[str] = "market.rise_proposed"
    audit: ClassVar[bool] = True
    season_id: int
    rise_id: int
    for_box: int


@dataclass(frozen=True, kw_only=True)
class RiseAnswered(Event):
    """A holder agreed to pay more, or did not."""

    name: ClassVar[str] = "market.rise_answered"
    contract_id: int
    rise_id: int
    agreed: bool
