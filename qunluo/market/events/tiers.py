"""What happens with tiers. That one is given or has expired is told by its grant."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class TierSaved(Event):
    """What a tier brings, or for how long it is sold, was written down or changed."""

    name: ClassVar[str] = "market.tier_saved"
    audit: ClassVar[bool] = True
    product_id: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class TierTried(Event):
    """Somebody began the one trial that each person has of a tier."""

    name: ClassVar[str] = "market.tier_tried"
    product_id: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class TierNear(Event):
    """Somebody's time in a tier ends soon."""

    name: ClassVar[str] = "market.tier_near"
    product_id: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class TierGiven(Event):
    """Somebody was given time in a tier: bought for them, or by who runs the shop."""

    name: ClassVar[str] = "market.tier_given"
    audit: ClassVar[bool] = True
    product_id: int
    tier: str
    days: int


@dataclass(frozen=True, kw_only=True)
class TierPaused(Event):
    """Somebody lets their time in a tier stand still."""

    name: ClassVar[str] = "market.tier_paused"
    product_id: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class TierResumed(Event):
    """Somebody's time in a tier goes on, until a new end."""

    name: ClassVar[str] = "market.tier_resumed"
    product_id: int
    tier: str
    until: datetime
