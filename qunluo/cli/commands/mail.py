"""Take letters in: one that the mail server hands over, or what lies in a mailbox."""

import argparse
import logging
import sys

from django.conf import settings

from qunluo.cli import console
from qunluo.kernel.text import _
from qunluo.reach.actions import read_mailbox, receive_mail
from qunluo.reach.queries import LONGEST_LETTER

log = logging.getLogger(__name__)
FAULT, LATER = 1, 75  # EX_TEMPFAIL of sysexits.h
HELP = _("Take letters in: the mail server hands each one to `qunluo mail receive`.")
SAID = {
    "taken": _("Taken in."),
    "known": _("This letter came before."),
    "refused": _("Not taken; its writer was told why."),
    "automatic": _("A machine wrote it; left alone."),
    "unknown": _("It is not for an address of ours."),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be done with letters."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("receive", help=console.say(_("read one letter from standard input")))
    acts.add_parser("fetch", help=console.say(_("read the mailbox of QUNLUO_IMAP_URL now")))


def run(given: argparse.Namespace) -> int:
    """Take letters in; how it ends is what the mail server, or whoever tries it, has to know."""
    return _fetch() if given.act == "fetch" else _receive()


def _receive() -> int:
    """Take one letter; 0 also for what is left alone, so that no mail server sends it back.

    When it cannot be taken now, the mail server is asked to keep it and come again.
    """
    raw = sys.stdin.buffer.read(LONGEST_LETTER + 1)
    try:
        outcome = receive_mail(raw)
    except Exception:
        log.exception("A letter cannot be taken in now.")
        return LATER
    console.line(SAID[outcome])
    return 0


def _fetch() -> int:
    """Read the mailbox now; 1 when it cannot be read."""
    if not settings.IMAP_URL or not settings.REPLY_ADDRESS:
        console.line(_("Set QUNLUO_IMAP_URL and QUNLUO_REPLY_ADDRESS first."))
        return FAULT
    found = read_mailbox(by_hand=True)
    if found is None:
        console.line(_("Somebody else reads the mailbox just now."))
        return 0
    console.line(_("Letters read: {count}."), count=found.taken)
    if found.said:
        console.line(_("The mailbox cannot be read now: {reason}"), reason=found.said)
    return FAULT if found.said or found.stuck else 0
