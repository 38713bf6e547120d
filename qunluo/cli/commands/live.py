"""Hold the connections through which pages hear at once what happens."""

import argparse
import os
import resource
from contextlib import suppress

import uvicorn

from qunluo.cli import console, processes
from qunluo.cli.commands.web import address_of
from qunluo.cli.unsafe import refuse_unsafe, warn_of_doubtful
from qunluo.environment import env
from qunluo.kernel.text import _

HELP = _("Hold the connections through which pages hear at once what happens.")
ENDING = 2  # seconds that open streams have to close


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--listen",
        default=env.text("LIVE_LISTEN"),
        metavar="ADDRESS:PORT",
        help=console.say(_("where to listen; QUNLUO_LIVE_LISTEN when left out")),
    )


def run(args: argparse.Namespace) -> int:
    """Hold connections until a signal comes."""
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
    _allow_many_files()
    uvicorn.run(
        "qunluo.asgi:application",
        host=host,
        port=port,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        backlog=2048,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=ENDING,
    )
    return 0


def _allow_many_files() -> None:
    """Every connection is an open file: take as many as the system lets us have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
