"""The only place where the project reads the time; travelled by tests and by the demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta


class Traveller:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        """Stand at an aware moment."""
        self.move_to(at)

    def move(self, by: timedelta) -> datetime:
        """Go forward (or back) and return the new time."""
        self.at += by
        return self.at

    def move_to(self, at: datetime) -> datetime:
        """Jump to an aware moment and return it."""
        if at.tzinfo is None:
            raise ValueError("Travelling needs an aware datetime.")
        self.at = at.astimezone(UTC)
        return self.at


_traveller: ContextVar[Traveller | None] = ContextVar("traveller", default=None)


def now() -> datetime:
    """Return the aware UTC time, or the travelled one."""
    traveller = _traveller.get()
    return traveller.at if traveller else datetime.now(UTC)  # noqa: TID251 -- this is the clock


@contextmanager
def travel(to: datetime) -> Iterator[Traveller]:
    """Stand at an aware moment inside the block; holds for this thread (context) only."""
    traveller = Traveller(to)
    before = _traveller.set(traveller)
    try:
        yield traveller
    finally:
        _traveller.reset(before)
