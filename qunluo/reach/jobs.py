"""What reach does by the clock."""

from qunluo.kernel.clock import now
from qunluo.kernel.schedule import every
from qunluo.reach import actions, queries


def mail_waits() -> bool:
    """Return whether the time of a mail has come."""
    return bool(queries.due_deliveries(now(), limit=1))


@every(minutes=1, atomic=False, when=mail_waits)
def send_waiting_mail() -> None:
    """Try the mails whose time has come."""
    actions.send_due()


@every(at="04:10")
def tidy_mail() -> None:
    """Forget mails that left a month ago."""
    actions.tidy()
