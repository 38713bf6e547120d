"""Serve pages and the API alone, for installations of several machines."""

import argparse
import os

from django.db import connection
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from qunluo.cli import console, processes
from qunluo.cli.unsafe import refuse_unsafe, warn_of_doubtful
from qunluo.environment import env
from qunluo.kernel.text import _

HELP = _("Serve pages and the API alone, where several machines share the work.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--listen",
        default=env.text("LISTEN"),
        metavar="ADDRESS:PORT",
        help=console.say(_("where to listen; QUNLUO_LISTEN when left out")),
    )


def address_of(listen: str) -> tuple[str, int]:
    """Split address:port; an address alone keeps port 8000."""
    host, _colon, port = listen.rpartition(":")
    if not port.isdigit():
        return listen, 8000
    return host.strip("[]") or "127.0.0.1", int(port)


def threads() -> int:
    """Return how many requests a process works on at once.

    Some wait for what is slow to come or to go while others are answered; more than are of use
    (web/core/turns.py) cost more than they give where the database is SQLite.
    """
    return 2 if connection.vendor == "sqlite" else 4


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes."""
    processes.follow_parent()
    if refuse_unsafe():
        return processes.UNFIT
    if not os.environ.get(processes.PARENT):  # `qunluo serve` has said it
        warn_of_doubtful()
    host, port = address_of(args.listen)
    if processes.port_taken(host, port):
        console.complain(
            _("Port {port} is taken by another program: stop it, or choose another port."),
            port=port,
        )
        return processes.UNFIT
    Granian(
        "qunluo.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=env.number("WEB_PROCESSES"),
        blocking_threads=env.number("WEB_THREADS") or threads(),
        websockets=False,
        backlog=1024,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    ).serve()
    return 0
