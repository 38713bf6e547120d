"""Deliver events to their reactions and run what is due, until a signal comes."""

import argparse
import signal
import threading

from qunluo.cli import processes
from qunluo.cli.unsafe import refuse_unsafe
from qunluo.kernel import worker
from qunluo.kernel.text import _

HELP = _("Do the background work alone: deliver events, run what is due.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(args: argparse.Namespace) -> int:
    """Work until a signal; what is under way is finished first."""
    processes.follow_parent()
    if refuse_unsafe():
        return processes.UNFIT
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    worker.run(stop)
    return 0
