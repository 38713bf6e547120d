"""Recurring work of the community room."""

from qunluo.community import actions
from qunluo.kernel.schedule import every


@every(minutes=10)
def tell_expired_grants() -> None:
    """Publish which grants have expired; they stopped counting at their moment by themselves."""
    while actions.expire_due_grants():
        pass
