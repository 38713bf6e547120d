"""Definitions as data: TOML files with both languages inline, read once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = frozenset({"en", "zh"})


class BadDefinition(ValueError):
    """A definition file is not as it must be; the text names file and place."""


def load(folder: str | Path) -> Mapping[str, Mapping[str, Any]]:
    """Return every TOML file of a folder by its stem, in order of name; shared, so never change it.

    Tables with `en` or `zh` must hold both and neither empty; BadDefinition says where not.
    """
    return _load_folder(Path(folder).resolve())


def load_file(path: str | Path) -> Mapping[str, Any]:
    """Return one TOML file; as `load`."""
    return _load_file(Path(path).resolve())


@cache
def _load_folder(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    if not folder.is_dir():
        raise BadDefinition(f"{folder} is not a folder.")
    return {path.stem: _load_file(path) for path in sorted(folder.glob("*.toml"))}


@cache
def _load_file(path: Path) -> Mapping[str, Any]:
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadDefinition(f"{path}: {error}") from error
    _check(found, path, "")
    return found


def _check(value: Any, path: Path, place: str) -> None:
    """Refuse a text that is missing in one language, at any depth."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            _check(item, path, f"{place}[{i}]")
    elif isinstance(value, dict):
        if value.keys() & LANGUAGES:
            missing = sorted(code for code in LANGUAGES if not value.get(code))
            extra = sorted(value.keys() - LANGUAGES)
            if missing or extra:
                wrong = f"lacks {missing}" if missing else f"has extra {extra}"
                raise BadDefinition(f"{path}: the text {place or '(top)'} {wrong}.")
        for key, item in value.items():
            _check(item, path, f"{place}.{key}" if place else key)
