"""What people does by the clock."""

from qunluo.kernel.schedule import every
from qunluo.people import actions


@every(at="04:20")
def forget_ended_sessions() -> None:
    """Forget sessions that have run out, and the devices they belonged to."""
    actions.tidy_sessions()
