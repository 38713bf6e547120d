"""Read everything anew that can be found."""

import argparse

from qunluo.cli import console
from qunluo.conversation.actions import rebuild_search
from qunluo.kernel.text import _

HELP = _("Make the search anew from all posts and people; it goes on answering meanwhile.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be done; there is one thing so far."""
    parser.add_argument("act", choices=["rebuild"], help=console.say(_("read everything anew")))


def run(args: argparse.Namespace) -> int:
    """Rebuild, with progress."""
    with console.Progress(_("Reading everything that can be found")) as progress:
        count = rebuild_search(progress)
    console.line(_("{count} things can be found."), count=f"{count:,}")
    return 0
