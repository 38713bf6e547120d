"""Write docs/reference/ from the code: settings, events, errors, commands, the API.

`reference.py` writes the pages, `reference.py check` fails when one is stale.
"""

import argparse
import dataclasses
import gettext
import os
import pkgutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
NOTE = (
    "<!-- Written by scripts/reference.py (make reference); change the code, not this page. -->\n"
)

sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qunluo.settings")
if __name__ == "__main__":
    os.environ["QUNLUO_ENV"] = "test"
    os.environ["QUNLUO_DATA_DIR"] = tempfile.mkdtemp(prefix="qunluo-reference-")
    os.environ["LANG"] = os.environ["LC_ALL"] = "C.UTF-8"

import django  # noqa: E402

django.setup()

import qunluo  # noqa: E402
from qunluo.api.v1 import api  # noqa: E402
from qunluo.cli import catalogs  # noqa: E402
from qunluo.cli import main as command_line  # noqa: E402
from qunluo.environment import SETTINGS  # noqa: E402
from qunluo.kernel.errors import DomainError  # noqa: E402
from qunluo.kernel.events import REGISTRY, Event  # noqa: E402


def cell(text: object) -> str:
    """A text as a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return "\n".join(lines)


def settings_page() -> str:
    """Every setting that the environment may give."""
    rows = [
        (f"`QUNLUO_{s.name}`", f"`{s.default}`" if s.default else "", s.help)
        for s in SETTINGS.values()
    ]
    return (
        "# Settings\n\nAn installation is set up by environment variables alone; nothing else is "
        "read. `qunluo check` says which of them are not fit for production.\n\n"
        + table(["variable", "default", "meaning"], rows)
    )


def events_page() -> str:
    """Every kind of event, by room."""
    parts = [
        "# Events\n\nEverything that happens is one of these facts in an append-only log. Each "
        "has an id, the time (UTC) and, where it makes sense, `community_id`, `actor_id` (who "
        "did it) and `person_id` (whom it is about); below are the fields of its own. "
        "Events marked *audited* are acts of an operator and appear in the audit log.\n"
    ]
    shared = {field.name for field in dataclasses.fields(Event)}
    room = ""
    for name, kind in sorted(REGISTRY.items()):
        if not kind.__module__.startswith("qunluo."):
            continue  # what tests declare for themselves
        if name.split(".")[0] != room:
            room = name.split(".")[0]
            parts.append(f"\n## {room}\n")
        audited = " *(audited)*" if kind.audit else ""
        parts.append(f"### `{name}`{audited}\n\n{said_by(kind)}\n")
        own = [f for f in dataclasses.fields(kind) if f.name not in shared]
        if own:
            rows = [(f"`{f.name}`", f"`{type_name(f.type)}`") for f in own]
            parts.append(table(["field", "type"], rows) + "\n")
    return "\n".join(parts)


def said_by(thing: Any) -> str:
    """The docstring as one paragraph; dataclasses invent one, which says nothing."""
    text = (thing.__doc__ or "").strip()
    return "" if text.startswith(f"{thing.__name__}(") else " ".join(text.split())


def type_name(kind: object) -> str:
    """A type as one writes it."""
    return kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))


def everything() -> Iterator[str]:
    """Import the whole house, so that every error has been declared."""
    for module in pkgutil.walk_packages(qunluo.__path__, "qunluo."):
        odd = (".migrations", ".wsgi", ".__main__")
        if not any(part in module.name for part in odd):
            import_module(module.name)
            yield module.name


def errors() -> list[type[DomainError]]:
    """Every refusal that has a code of its own, by code."""
    list(everything())
    found, waiting = set(), [DomainError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "code" in vars(kind) and kind.__module__.startswith("qunluo."):
            found.add(kind)
    return sorted(found, key=lambda kind: (kind.code, kind.__qualname__))


def chinese() -> gettext.NullTranslations:
    """All catalogs as one."""
    catalogs.compile_stale()
    merged = gettext.NullTranslations()
    for po in catalogs.catalogs():
        with po.with_suffix(".mo").open("rb") as file:
            catalog = gettext.GNUTranslations(file)
        catalog.add_fallback(merged)
        merged = catalog
    return merged


def errors_page() -> str:
    """Every refusal: what people read in both languages, what programs get."""
    translate = chinese().gettext
    rows = []
    for kind in errors():
        english = f"{kind.message} {kind.next_step}".strip()
        parts = [translate(text) for text in (kind.message, kind.next_step) if text]
        rows.append((f"`{kind.code}`", kind.status, english, "".join(parts)))
    return (
        "# Errors\n\nA refusal has a code that stays, an HTTP status, a sentence and what to do "
        "next. Pages show the sentences; the API answers with problem+json whose `code` is the "
        "one below. Words in braces are filled in.\n\n"
        + table(["code", "status", "English", "中文"], rows)
    )


def commands_page() -> str:
    """Every subcommand with its options."""
    parts = [
        "# Command line\n\n`qunluo COMMAND`, or `python -m qunluo COMMAND`. The exit status is 0 "
        "when it is done, 1 when something is not fit or failed, 2 when it was refused (the "
        "sentence says why and what to do), 64 for a command that does not exist and 78 for "
        "settings with which it does not start.\n"
    ]
    for name, path in command_line.known().items():
        command = command_line.load(name)
        parser = command_line.parser_of(name, command)
        parts.append(f"## `qunluo {name}`\n\n{command_line.purpose(path)}\n")
        rows = list(options_of(parser))
        if rows:
            parts.append(table(["option", "meaning"], rows) + "\n")
    return "\n".join(parts)


def options_of(parser: argparse.ArgumentParser, before: str = "") -> Iterator[tuple[str, str]]:
    """Option and meaning; those of a subcommand follow under its name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, inner in action.choices.items():
                yield f"`{before}{name}`", helps.get(name, inner.description or "")
                yield from options_of(inner, f"{before}{name} ")
        elif not isinstance(action, argparse._HelpAction):
            value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
            names = ", ".join(action.option_strings)
            shown = f"{names}{value}" if names else f"{action.metavar or action.dest.upper()}"
            yield f"`{before}{shown}`", action.help or ""


def api_page() -> str:
    """Every operation of the API."""
    schema = api.get_openapi_schema()
    rows = []
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            about = operation.get("summary", "")
            detail = operation.get("description", "")
            rows.append((path, method.upper(), f"{about}. {detail}" if detail else about))
    rows.sort()
    return (
        "# API\n\nThe machine-readable description is at `/api/openapi.json`, a page to try it at "
        "`/api/docs`. Send a personal token as `Authorization: Bearer …`; `qunluo token` or your "
        "profile makes one.\n\n"
        + table(
            ["operation", "what it does"],
            [(f"`{method} {path}`", about) for path, method, about in rows],
        )
    )


PAGES = {
    "settings.md": settings_page,
    "events.md": events_page,
    "errors.md": errors_page,
    "command-line.md": commands_page,
    "api.md": api_page,
}


def pages() -> dict[Path, str]:
    """Every page and what it should say."""
    return {FOLDER / name: f"{NOTE}\n{page().strip()}\n" for name, page in PAGES.items()}


def stale() -> list[str]:
    """The pages that no longer say what the code does."""
    return [
        path.relative_to(ROOT).as_posix()
        for path, text in pages().items()
        if not path.exists() or path.read_text() != text
    ]


def main() -> int:
    """Write the pages, or only look."""
    if sys.argv[1:] == ["check"]:
        if old := stale():
            print(f"stale, run `make reference`: {', '.join(old)}")
        return bool(old)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text)
        print(f"{path.relative_to(ROOT)}: {len(text.splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
