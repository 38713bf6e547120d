"""Doing the same for many: one that fails is told in the log, and holds up no other."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

logger = logging.getLogger(__name__)
Row = TypeVar("Row")


def one_by_one(act: Callable[[Row], bool], rows: Iterable[Row]) -> int:
    """Do something with each, each in transactions of its own; return for how many it was done."""
    done = 0
    for row in rows:
        try:
            done += act(row)
        except Exception:
            logger.exception("%s could not be looked after.", row)
    return done
