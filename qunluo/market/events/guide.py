"""What happens with what is said of products."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ExperienceVerified(Event):
    """Somebody told of what they bought; the purchase was proven when they wrote it."""

    name: ClassVar[str] = "market.experience_verified"
    product_id: int
    thread_id: int
