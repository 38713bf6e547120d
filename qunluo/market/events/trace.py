"""What happens when a shop makes something of what buyers said."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ProductImproved(Event):
    """A product, its guide or an answer (`sort`) was changed because of what somebody said."""

    name: ClassVar[str] = "market.product_improved"
    audit: ClassVar[bool] = True
    product_id: int
    improvement_id: int
    sort: str
