"""Reading the mailbox in which answers lie: each letter is handed to the same intake, once."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import F

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries
from qunluo.reach.actions.answering import receive_mail
from qunluo.reach.models import MailboxMark
from qunluo.reach.ports import Emptied, Fetched

log = logging.getLogger(__name__)
# While one worker reads, no other does; a reading is over long before.
LEASE = timedelta(minutes=3)
OFTEN, SELDOM = timedelta(minutes=1), timedelta(minutes=30)
MOST_TRIES = 10


def read_mailbox(*, by_hand: bool = False) -> Emptied | None:
    """Take in what is new in the mailbox; None when another worker reads it, or it rests.

    By hand it is tried at once, however long it would rest. A letter that cannot be taken is
    tried again later; after ten times it is left where it lies.
    """
    mark = _lend(by_hand=by_hand)
    if mark is None:
        return None
    found = queries.mailbox_reader().empty(
        settings.IMAP_URL, mark.validity, mark.uid, _take, unread_to=mark.unread_to
    )
    _note(mark, found)
    return found


def _take(letter: Fetched) -> bool:
    """Take a letter in; False when that is not possible now."""
    try:
        receive_mail(letter.raw)
    except Exception:
        log.exception("Letter %s of the mailbox cannot be taken in now.", letter.uid)
        return False
    return True


@write_tx
def _lend(*, by_hand: bool) -> MailboxMark | None:
    box, moment = queries.box_of(settings.IMAP_URL), now()
    MailboxMark.objects.get_or_create(box=box, defaults={"due_at": moment})
    free = MailboxMark.objects.filter(box=box).exclude(lent_until__gt=moment)
    if not by_hand:
        free = free.filter(due_at__lte=moment)
    lent = free.update(due_at=moment + LEASE, lent_until=moment + LEASE)
    return MailboxMark.objects.get(box=box) if lent else None


@write_tx
def _note(mark: MailboxMark, found: Emptied) -> None:
    """Write down how far it was read, and when to look again: later after each failure."""
    uid, again = found.uid, mark.stuck + 1 if found.stuck else 0
    if found.stuck and found.taken:
        again = 1
    if again >= MOST_TRIES:
        log.error("Letter %s stays in the mailbox: it could not be taken in.", found.stuck)
        uid, again = found.stuck, 0
    failed = bool(found.said or found.stuck) and not found.taken
    fails = min(mark.fails + 1, 30000) if failed else 0
    MailboxMark.objects.filter(pk=mark.pk).update(
        validity=found.validity,
        uid=uid,
        unread_to=max(found.unread_to, 0),
        lent_until=None,
        stuck=again,
        fails=fails,
        last_error=found.said,
        due_at=now() + min(OFTEN * (1 << min(fails, 5)), SELDOM),
        read_at=F("read_at") if failed else now(),
    )
