"""Events and operators for the kernel's own tests."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID

from qunluo.kernel.events import Event
from qunluo.kernel.money import Money
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    name: ClassVar[str] = "kernel_test.happened"
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Ruled(Event):
    name: ClassVar[str] = "kernel_test.ruled"
    audit: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class Everything(Event):
    name: ClassVar[str] = "kernel_test.everything"
    text: str
    price: Money
    day: date
    moment: datetime | None
    uid: UUID
    colour: Colour
    numbers: tuple[int, ...]
    prices: list[Money]
    maybe: Money | None = None


OPERATOR = SimpleNamespace(pk=77)


@write_tx
def happen(number=0, community_id=1, **who):
    """Publish one event in a transaction of its own and return its id."""
    return publish(Happened(number=number, community_id=community_id, **who))
