"""What happens with tiers. That one is given or has expired is told by its grant."""

from dataclasses import dataclass
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
