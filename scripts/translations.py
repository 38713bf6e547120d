"""Keep the Chinese catalogs complete: update FOLDER…, check [FOLDER…], compile.

A catalog belongs to a folder that speaks: a room (qunluo/<room>) or an area (qunluo/web/<area>).
The English text is the message id; `update` collects it from Python and Jinja files.
"""

import argparse
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract, extract_python

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from qunluo.cli import catalogs  # noqa: E402

HOUSE = ROOT / "qunluo"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# As the Jinja environment of the pages reads them, so that the texts come out the same.
JINJA = {
    "extensions": "jinja2.ext.do",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "trimmed": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]?[\d.]*[sdifr]|\{(\w*)(?:[:!][^{}]*)?\}|%[sdif]")
HEADER = {
    "Project-Id-Version": "qunluo",
    "Language": catalogs.LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
Key = tuple[str | None, str]


@dataclass
class Message:
    """One text to translate and where it is said."""

    key: Key
    plural: str | None = None
    places: list[str] = field(default_factory=list)


def folders() -> list[Path]:
    """Every folder that may keep a catalog: rooms, doors and the areas of the web."""
    rooms = [p for p in HOUSE.iterdir() if p.is_dir() and p.name not in {"web", "__pycache__"}]
    areas = [p for p in (HOUSE / "web").iterdir() if p.is_dir() and p.name != "__pycache__"]
    return sorted(rooms + areas)


def sources(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of a folder that may hold text, with the way to read them."""
    if folder == HOUSE / "cli":
        # The settings speak through the command line.
        yield from ((path, "python") for path in sorted(HOUSE.glob("*.py")))
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if {"migrations", "__pycache__", "locale", "static"} & set(parts):
            continue
        if path.suffix == ".py":
            yield path, "python"
        elif "templates" in parts and path.suffix in {".html", ".txt", ".md", ".svg", ".xml"}:
            yield path, "jinja2.ext:babel_extract"


def messages(folder: Path) -> dict[Key, Message]:
    """Collect the texts of a folder, in the order of its files."""
    found: dict[Key, Message] = {}
    for path, method in sources(folder):
        place = path.relative_to(ROOT).as_posix()
        data = path.read_bytes()
        if method == "python" and not re.search(rb"\b_\(|gettext", data):
            continue
        reader = extract_python if method == "python" else method
        options = {} if method == "python" else JINJA
        try:
            rows = list(extract(reader, io.BytesIO(data), KEYWORDS, (), options))
        except Exception as error:  # noqa: BLE001 - any broken template is named, with its reason
            sys.exit(f"{place} cannot be read: {error}")
        for _line, text, _comments, context in rows:
            single, plural = (text[0], text[1]) if isinstance(text, tuple) else (text, None)
            if not single:
                continue
            message = found.setdefault((context, single), Message((context, single)))
            message.plural = message.plural or plural
            if place not in message.places:
                message.places.append(place)
    return found


def catalog_of(folder: Path) -> Path:
    """Where the catalog of a folder lies."""
    return folder / "locale" / catalogs.LANGUAGE / "LC_MESSAGES" / "django.po"


def update(folder: Path) -> tuple[int, int]:
    """Bring the catalog in line with the texts; return how many there are and how many lack."""
    wanted, path = messages(folder), catalog_of(folder)
    if not wanted:
        if path.exists():
            path.unlink()
        return 0, 0
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    kept = {(e.msgctxt, e.msgid): e for e in old if not e.obsolete}
    fresh = polib.POFile(wrapwidth=100)
    fresh.metadata = HEADER
    for key, message in wanted.items():
        before = kept.get(key)
        entry = polib.POEntry(msgid=key[1], msgctxt=key[0])
        entry.occurrences = [(place, "") for place in message.places]
        if "%(" in key[1]:
            entry.flags = ["python-format"]
        text = said(before)
        if message.plural:
            entry.msgid_plural, entry.msgstr_plural = message.plural, {0: text}
        else:
            entry.msgstr = text
        if before:
            entry.tcomment = before.tcomment
            entry.flags += ["fuzzy"] if before.fuzzy else []
        fresh.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != f"{fresh}":
        fresh.save(str(path))
    return len(wanted), sum(not said(entry) for entry in fresh)


def said(entry: polib.POEntry | None) -> str:
    """The translation of an entry, singular or its one Chinese plural."""
    if entry is None:
        return ""
    return entry.msgstr or (entry.msgstr_plural or {}).get(0, "")


def placeholders(text: str) -> set[str]:
    """The names that a text fills in; a doubled brace or percent sign is not one."""
    plain = text.replace("%%", "").replace("{{", "").replace("}}", "")
    return {match.group(0).split(":")[0] for match in PLACEHOLDER.finditer(plain)}


def faults(folder: Path) -> Iterator[str]:
    """What is wrong with the catalog of a folder, one sentence each."""
    wanted, path = messages(folder), catalog_of(folder)
    entries = polib.pofile(str(path)) if path.exists() else polib.POFile()
    kept = {(e.msgctxt, e.msgid): e for e in entries if not e.obsolete}
    for key, message in wanted.items():
        entry, where = kept.get(key), message.places[0]
        if entry is None:
            yield f"{where}: not in the catalog: {key[1]!r}"
        elif not said(entry):
            yield f"{where}: not translated: {key[1]!r}"
        elif entry.fuzzy:
            yield f"{where}: marked fuzzy: {key[1]!r}"
        elif stray := placeholders(said(entry)) - placeholders(f"{key[1]} {message.plural or ''}"):
            yield f"{where}: unknown placeholder {', '.join(sorted(stray))}: {key[1]!r}"
        elif lost := placeholders(key[1]) - placeholders(said(entry)):
            yield f"{where}: the translation drops {', '.join(sorted(lost))}: {key[1]!r}"
    for key in kept.keys() - wanted.keys():
        yield f"{path.relative_to(ROOT)}: nobody says it any more: {key[1]!r}"


def conflicts() -> Iterator[str]:
    """The same English with two Chinese readings: all catalogs share one namespace."""
    readings: dict[Key, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in catalogs.catalogs():
        for entry in polib.pofile(str(path)):
            if said(entry) and not entry.obsolete:
                folder = path.parents[2].parent.relative_to(ROOT).as_posix()
                readings[entry.msgctxt, entry.msgid][said(entry)].append(folder)
    for (_context, text), ways in readings.items():
        if len(ways) > 1:
            told = "; ".join(f"{way!r} in {', '.join(where)}" for way, where in ways.items())
            yield f"two translations of {text!r}: {told} (agree on one, or use pgettext)"


def chosen(names: list[str]) -> list[Path]:
    """The folders named on the command line, or all of them."""
    known = {folder.relative_to(ROOT).as_posix(): folder for folder in folders()}
    for name in names:
        if name.strip("/").removeprefix("./") not in known:
            sys.exit(f"{name} keeps no catalog; these do: {', '.join(known)}")
    return [known[n.strip("/").removeprefix("./")] for n in names] or list(known.values())


def main() -> int:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("verb", choices=["update", "check", "compile"])
    parser.add_argument("folders", nargs="*", help="for example qunluo/web/core; all when left out")
    args = parser.parse_args()
    if args.verb == "compile":
        print(f"{catalogs.compile_stale()} catalogs compiled")
        return 0
    if args.verb == "update":
        for folder in chosen(args.folders):
            texts, missing = update(folder)
            if texts:
                print(f"{folder.relative_to(ROOT)}: {texts} texts, {missing} to translate")
        return 0
    found = [fault for folder in chosen(args.folders) for fault in faults(folder)]
    found += [] if args.folders else conflicts()
    for fault in found:
        print(fault)
    print(f"translations: {len(found)} faults" if found else "translations: complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
