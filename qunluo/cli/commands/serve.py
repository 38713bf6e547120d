"""Serve pages, do the background work and hold live connections as one: for a single machine."""

import argparse
import os
import sys
from contextlib import suppress

from qunluo.cli import console, processes
from qunluo.cli.commands.web import add_arguments, address_of
from qunluo.cli.running import only_one
from qunluo.cli.unsafe import refuse_unsafe, warn_of_doubtful
from qunluo.environment import env
from qunluo.kernel.text import _

__all__ = ["add_arguments", "run"]
HELP = _("Serve pages and do the background work, for a single machine.")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or a signal."""
    return serve(args.listen)


def serve(listen: str, welcome: str = "") -> int:
    """Keep web, worker and live running; say `welcome` when the first page is there."""
    if refuse_unsafe():
        return processes.UNFIT
    warn_of_doubtful()
    host, port = address_of(listen)
    if processes.port_taken(host, port):
        console.complain(
            _("Port {port} is taken by another program: stop it, or choose another port."),
            port=port,
        )
        return processes.UNFIT
    near = f"[{host}]" if ":" in host else host.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    url = f"http://{near}:{port}/"
    live = _place_of_live(host, port)
    ourselves = [sys.executable, "-m", "qunluo"]
    household = processes.Household(
        [
            processes.Child(
                console.say(_("The web server")), [*ourselves, "web", "--listen", listen]
            ),
            processes.Child(console.say(_("The worker")), [*ourselves, "worker"]),
            processes.Child(
                console.say(_("The live process")), [*ourselves, "live", "--listen", live]
            ),
        ]
    )
    with only_one(env.path("DATA_DIR")):
        status = household.run(
            f"{url}healthz",
            welcome or console.say(_("Qunluo is ready: {url} (Ctrl-C stops it)"), url=url),
        )
        # The terminal may be gone: that is one way to stop it.
        with suppress(OSError):
            if status == 0:
                console.line(
                    _("Stopped. Everything is kept in {folder}."), folder=env.path("DATA_DIR")
                )
        return status


def _place_of_live(host: str, port: int) -> str:
    """Return where the live process listens: what is set, else the next free port after ours.

    Pages are told, unless a reverse proxy shows it to them under the site's own address.
    """
    if said := os.environ.get("QUNLUO_LIVE_LISTEN", "").strip():
        return said
    free = next(p for p in range(port + 1, port + 200) if not processes.port_taken(host, p))
    if not env.text("SITE_URL").startswith("https://"):
        os.environ.setdefault("QUNLUO_LIVE_URL", f":{free}")
    return f"[{host}]:{free}" if ":" in host else f"{host}:{free}"
