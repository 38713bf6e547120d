"""Recurring work of the community room."""

from qunluo.community import actions, queries
from qunluo.kernel.schedule import every


@every(minutes=10, when=queries.memberships_end)
def end_paid_memberships() -> None:
    """Close the memberships whose paid time is over; they stopped counting by themselves."""
    while actions.end_paid_memberships():
        pass


@every(minutes=10, when=queries.due_grants)
def tell_expired_grants() -> None:
    """Publish which grants have expired; they stopped counting at their moment by themselves."""
    while actions.expire_due_grants():
        pass
