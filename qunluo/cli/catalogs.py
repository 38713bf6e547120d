"""The translation catalogs of rooms and areas, compiled when their source is newer."""

import os
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "zh_Hans"


def catalogs() -> Iterator[Path]:
    """Every django.po of the house."""
    yield from sorted(ROOT.glob(f"**/locale/{LANGUAGE}/LC_MESSAGES/django.po"))


def compile_stale(*, force: bool = False) -> int:
    """Compile the catalogs whose .mo is missing or older; return how many were.

    Where the program may not write to itself, the catalogs stay as they were installed.
    """
    compiled = 0
    for po in catalogs():
        mo = po.with_suffix(".mo")
        stale = not mo.exists() or mo.stat().st_mtime <= po.stat().st_mtime
        if (force or stale) and os.access(po.parent, os.W_OK):
            # Replaced in one step, so that a process starting meanwhile never reads half a file.
            fresh = mo.with_suffix(".mo.new")
            polib.pofile(str(po)).save_as_mofile(str(fresh))
            fresh.replace(mo)
            compiled += 1
    return compiled
