"""Recurring work of governance."""

from qunluo.governance import actions, queries
from qunluo.kernel.schedule import every


@every(minutes=1, when=queries.due_votes)
def count_votes() -> None:
    """Count the votes whose time is over; no ballot was taken after that moment anyway."""
    while actions.close_due_votes():
        pass
