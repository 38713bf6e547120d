"""What happens with dealers and codes of products."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class DealersChanged(Event):
    """Where to buy was changed."""

    name: ClassVar[str] = "market.dealers_changed"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class CodesMade(Event):
    """Codes were made for a product."""

    name: ClassVar[str] = "market.codes_made"
    audit: ClassVar[bool] = True
    batch_id: int
    product_id: int
    count: int


@dataclass(frozen=True, kw_only=True)
class CodesStopped(Event):
    """Codes that nobody has used count no more."""

    name: ClassVar[str] = "market.codes_stopped"
    audit: ClassVar[bool] = True
    batch_id: int


@dataclass(frozen=True, kw_only=True)
class ProductRegistered(Event):
    """Somebody registered a product by its code, and came in by it (`joined`) or was there."""

    name: ClassVar[str] = "market.product_registered"
    product_id: int
    batch_id: int
    joined: bool
