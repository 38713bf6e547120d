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


def notices_wait() -> bool:
    """Return whether a notice or a digest is to leave now."""
    moment = now()
    return bool(
        queries.due_mails(moment, 1)
        or queries.due_pushes(moment, 1)
        or queries.due_digests(moment, 1)
    )


@every(seconds=10, atomic=False, when=notices_wait)
def send_waiting_notices() -> None:
    """Put mails, pushes and digests whose time has come on their way."""
    actions.send_due_notices()


def pushes_wait() -> bool:
    """Return whether a push is to be tried now."""
    return bool(queries.waiting_pushes(now(), limit=1))


@every(seconds=5, atomic=False, when=pushes_wait)
def carry_pushes() -> None:
    """Carry pushes to devices."""
    actions.send_pushes()


def channels_wait() -> bool:
    """Return whether a channel is to carry something now."""
    return bool(queries.due_sendings(now(), limit=1))


@every(seconds=5, atomic=False, when=channels_wait)
def carry_through_channels() -> None:
    """Carry what happened to other systems, groups and accounts."""
    actions.carry_due()


def feeds_wait() -> bool:
    """Return whether a feed is to be read now."""
    return bool(queries.due_feeds(now(), limit=1))


@every(minutes=1, atomic=False, when=feeds_wait)
def read_feeds() -> None:
    """Read the feeds whose time has come."""
    actions.read_feeds()


@every(minutes=1, atomic=False, when=queries.mailbox_waits)
def read_mailbox() -> None:
    """Take in the answers that lie in the mailbox."""
    actions.read_mailbox()


@every(at="04:20")
def trim_channels() -> None:
    """Trim the logs of channels."""
    actions.tidy_channels()


@every(at="04:10")
def tidy_mail() -> None:
    """Forget mails that left a month ago, and old notices."""
    actions.tidy()
