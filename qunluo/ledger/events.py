"""What happens in the ledger. Amounts are whole minor units; only ids and numbers stand here."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class TransferPosted(Event):
    """Something moved; `amount` of `unit` changed hands, "" and 0 when several units did.

    The event is about the person whose wallet it touched, when that was one person's.
    """

    name: ClassVar[str] = "ledger.transfer_posted"
    transfer_id: str
    kind: str
    unit: str
    amount: int
    cause_type: str = ""
    cause_id: str = ""
    corrects: str = ""


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Event):
    """Something on an account was set aside."""

    name: ClassVar[str] = "ledger.hold_placed"
    hold_id: str
    unit: str
    amount: int
    cause_type: str = ""
    cause_id: str = ""


@dataclass(frozen=True, kw_only=True)
class HoldCaptured(Event):
    """What was set aside, or a part of it, was taken; the rest is free again."""

    name: ClassVar[str] = "ledger.hold_captured"
    hold_id: str
    transfer_id: str
    unit: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class HoldReleased(Event):
    """What was set aside is free again; `expired` tells that its time was over."""

    name: ClassVar[str] = "ledger.hold_released"
    hold_id: str
    unit: str
    amount: int
    expired: bool = False


@dataclass(frozen=True, kw_only=True)
class PointsGiven(Event):
    """Somebody who runs the community gave points to a member, with a reason."""

    name: ClassVar[str] = "ledger.points_given"
    audit: ClassVar[bool] = True
    transfer_id: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class PointsNamed(Event):
    """Somebody who keeps the books said what the points of the community are called."""

    name: ClassVar[str] = "ledger.points_named"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class TransferCorrected(Event):
    """Somebody who keeps the books corrected a transfer by the difference, with a reason."""

    name: ClassVar[str] = "ledger.transfer_corrected"
    audit: ClassVar[bool] = True
    transfer_id: str
    correction_id: str
