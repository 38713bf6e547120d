"""The command `qunluo`: every module of qunluo.cli.commands is a subcommand, found by itself."""

import argparse
import ast
import errno
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import django
from django.apps import apps
from django.db.utils import OperationalError, ProgrammingError
from django.utils import translation

from qunluo.cli import catalogs, console
from qunluo.kernel.errors import DomainError
from qunluo.kernel.text import _

COMMANDS = Path(__file__).parent / "commands"
# These start other processes and stay small themselves: no Django in them.
LIGHT = {"live", "serve", "web"}
# The demo is an installation of its own kind, in a folder of its own.
SURROUNDINGS = {"demo": {"QUNLUO_ENV": "demo", "QUNLUO_DATA_DIR": "var/demo"}}
USAGE, REFUSED, FAILED = 64, 2, 1


def known() -> dict[str, Path]:
    """Every subcommand and its file; import_.py is `import`, as Python keeps the word."""
    files = sorted(COMMANDS.glob("*.py"))
    return {f.stem.rstrip("_").replace("_", "-"): f for f in files if f.stem != "__init__"}


def purpose(path: Path) -> str:
    """What a command does, read from its HELP or its docstring without importing it."""
    tree = ast.parse(path.read_text())
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id="HELP")],
                value=ast.Call(args=[ast.Constant(value=str(text))]),
            ):
                return text
    return (ast.get_docstring(tree) or "").split("\n")[0]


def load(name: str) -> ModuleType:
    """Import a subcommand, with Django set up when it needs it."""
    surroundings = {"DJANGO_SETTINGS_MODULE": "qunluo.settings", **SURROUNDINGS.get(name, {})}
    for variable, value in surroundings.items():
        os.environ.setdefault(variable, value)
    if name not in LIGHT:
        django.setup()
        translation.activate(console.language())
    return import_module(f"qunluo.cli.commands.{known()[name].stem}")


def overview() -> str:
    """The list of subcommands."""
    rows = [f"  qunluo {name:<8} {console.say(purpose(path))}" for name, path in known().items()]
    closing = console.say(_("`qunluo COMMAND --help` explains one of them."))
    return "\n".join([*rows, "", closing])


def parser_of(name: str, command: ModuleType) -> argparse.ArgumentParser:
    """The parser of one subcommand."""
    parser = argparse.ArgumentParser(
        prog=f"qunluo {name}", description=console.say(purpose(known()[name]))
    )
    command.add_arguments(parser)
    return parser


def main(words: list[str] | None = None) -> int:
    """Run a subcommand; return the exit status: 0 done, 1 unfit or failed, 2 refused."""
    words = sys.argv[1:] if words is None else words
    catalogs.compile_stale()
    name = words[0] if words else "--help"
    if name in {"-h", "--help", "help"}:
        console.line("{overview}", overview=overview())
        return 0
    if name not in known():
        console.complain(_("There is no command “{name}”. These exist:"), name=name)
        console.complain("{overview}", overview=overview())
        return USAGE
    try:
        command = load(name)
        status: int = command.run(parser_of(name, command).parse_args(words[1:]))
    except DomainError as error:
        return refuse(error)
    except KeyboardInterrupt:
        console.complain(_("Stopped."))
        return 130
    except (OperationalError, ProgrammingError) as error:
        return lament(error)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        console.complain(_("The disk is full. Make room, then run the same command again."))
        return FAILED
    return status


def refuse(error: DomainError) -> int:
    """Say a refusal: what happened and what to do next."""
    translate = translation.gettext if apps.ready else console.say
    message, next_step = error.say(translate)
    console.complain("{text}", text=f"{message} {next_step}".strip())
    for name, told in error.say_fields(translate).items():
        console.complain("{text}", text=f"  {name}: {' '.join(told)}")
    return REFUSED


def lament(error: Exception) -> int:
    """Say what is wrong with the database in a sentence; the rest is for the log."""
    first = str(error).strip().split("\n")[0]
    if "no such table" in first or "does not exist" in first or "no such column" in first:
        console.complain(_("The database is not up to date: run `qunluo migrate` first."))
    elif "disk is full" in first or "No space left" in first:
        console.complain(_("The disk is full. Make room, then run the same command again."))
    else:
        console.complain(
            _("The database cannot be used ({reason}). Check QUNLUO_DATABASE_URL."), reason=first
        )
    return FAILED
