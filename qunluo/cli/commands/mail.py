"""Take a letter that the mail server hands over on standard input."""

import argparse
import logging
import sys

from qunluo.cli import console
from qunluo.kernel.text import _
from qunluo.reach.actions import receive_mail
from qunluo.reach.queries import LONGEST_LETTER

log = logging.getLogger(__name__)
LATER = 75  # EX_TEMPFAIL of sysexits.h
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


def run(_given: argparse.Namespace) -> int:
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
