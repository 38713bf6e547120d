"""Recurring work of the ledger."""

from qunluo.kernel.schedule import every
from qunluo.ledger import actions, queries


@every(minutes=10, when=queries.due_holds)
def let_go_of_expired_holds() -> None:
    """Release holds whose time is over; they bound nothing since that moment anyway."""
    while actions.release_due_holds():
        pass
