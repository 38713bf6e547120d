"""What reach does by the clock."""

from qunluo.kernel.schedule import every
from qunluo.reach import actions


@every(minutes=1, atomic=False)
def send_waiting_mail() -> None:
    """Try the mails whose time has come."""
    actions.send_due()


@every(at="04:10")
def tidy_mail() -> None:
    """Forget mails that left a month ago."""
    actions.tidy()
