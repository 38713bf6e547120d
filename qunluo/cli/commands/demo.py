"""Fill an installation with invented, living communities, and serve it."""

import argparse
import json
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import connections

from qunluo.cli import console, processes
from qunluo.cli.commands.migrate import bring_up_to_date
from qunluo.cli.commands.serve import serve
from qunluo.cli.running import only_one
from qunluo.kernel.errors import DomainError, Forbidden
from qunluo.kernel.text import _

HELP = _("Fill an installation with invented communities to look around in.")
FILLED = "filled.json"
SEED = 7
# What the demo calls those whom one can sign in as.
PARTS = (_("Owner"), _("Operator"), _("Member"), _("Owner (en)"), _("Owner (dealers)"))
KEPT = {"secret-key", "running.lock"}


class NotADemo(Forbidden):
    """Invented people do not belong among real ones."""

    code = "cli.not_a_demo"
    message = _(
        "This is a production installation: the demo would mix invented people with real ones."
    )
    next_step = _("Leave QUNLUO_ENV out, or set it to demo and use a data folder of its own.")


class NotOurs(DomainError):
    """A demo on a database server is emptied by who made it."""

    code, status = "cli.reset_by_hand", 409
    message = _("The demo starts over by itself only on SQLite.")
    next_step = _("Drop and create the PostgreSQL database, then run the demo again.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--serve", action="store_true", help=console.say(_("serve it when it is filled"))
    )
    parser.add_argument(
        "--reset", action="store_true", help=console.say(_("throw its data away first"))
    )
    parser.add_argument("--seed", type=int, help=console.say(_("another number, another history")))
    parser.add_argument(
        "--port", type=int, default=8000, help=console.say(_("where to serve; 8000 when left out"))
    )


def run(args: argparse.Namespace) -> int:
    """Fill once, then serve when asked to."""
    if not settings.DEMO:
        raise NotADemo
    if args.serve and processes.port_taken("127.0.0.1", args.port):
        console.complain(
            _("Port {port} is taken by another program: stop it, or choose another port."),
            port=args.port,
        )
        return 1
    folder: Path = settings.DATA_DIR
    with only_one(folder):
        told = filled(folder)
        if args.reset or told is None or args.seed not in {None, told["seed"]}:
            told = fill(folder, SEED if args.seed is None else args.seed)
        else:
            console.line(_("Starting the demo as you left it …"))
        bring_up_to_date()
    connections.close_all()
    url = f"http://127.0.0.1:{args.port}/"
    if not args.serve:
        console.line("{text}", text=welcome(url, told))
        return 0
    return serve(f"127.0.0.1:{args.port}", welcome(url, told))


def filled(folder: Path) -> dict[str, object] | None:
    """What the last complete filling left; None when there was none, or only half of one."""
    try:
        told: dict[str, object] = json.loads((folder / FILLED).read_text())
    except (OSError, ValueError):
        return None
    return told


def fill(folder: Path, seed: int) -> dict[str, object]:
    """Start from nothing and let the communities live their ninety days."""
    empty(folder)
    bring_up_to_date()
    demo = import_module("qunluo.blueprints.demo")
    with console.Progress(_("Living through the last ninety days")) as progress, no_post():
        demo.fill(progress, seed=seed)
    told = {"seed": seed, "logins": [list(login) for login in demo.logins()]}
    (folder / FILLED).write_text(json.dumps(told, ensure_ascii=False))
    return told


@contextmanager
def no_post() -> Iterator[None]:
    """Let the letters of the story count as sent: they were read long ago, by nobody."""
    usual = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = usual


def empty(folder: Path) -> None:
    """Throw away the demo's database and files; the key stays, so that tabs keep working."""
    connections.close_all()
    database = settings.DATABASES["default"]
    inside = str(database["NAME"]).startswith(str(folder))
    if not database["ENGINE"].endswith("sqlite") and (folder / FILLED).exists():
        raise NotOurs
    for path in folder.iterdir() if inside else []:
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / FILLED).unlink(missing_ok=True)


def welcome(url: str, told: dict[str, object]) -> str:
    """The addresses and logins, as the last thing that is printed."""
    logins = told["logins"]
    assert isinstance(logins, list)  # noqa: S101 - we wrote the file ourselves
    rows = [
        (console.say(part), email, password, url.rstrip("/") + page)
        for part, email, password, page in logins
    ]
    # A Chinese character takes two columns of a terminal.
    wide = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    lines = ["", console.say(_("Qunluo is ready: {url} (Ctrl-C stops it)"), url=url), ""]
    for row in rows:
        cells = (f"{cell}{' ' * (w - columns(cell))}" for cell, w in zip(row, wide, strict=True))
        lines.append(f"  {'  '.join(cells)}".rstrip())
    return "\n".join(lines)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
