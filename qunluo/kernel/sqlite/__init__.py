"""What SQLite hands over as a moment: aware at once, without three functions for each of them."""

import sqlite3
from datetime import UTC, datetime

WHOLE = len("2026-01-31 12:00:00")


def moment(raw: bytes) -> datetime | None:
    """Return a moment, in UTC where it does not say otherwise; None for what is none."""
    text = raw.decode()
    try:
        if len(text) >= WHOLE:
            return datetime.fromisoformat(f"{text}+00:00")
    except ValueError:
        pass
    return _other(text)


def _other(text: str) -> datetime | None:
    """Return what does not read as a moment in UTC: a date alone, or one with a zone of its own."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def register() -> None:
    """Take the place of what Django registers, which parses first and makes aware elsewhere."""
    for name in ("datetime", "timestamp"):
        sqlite3.register_converter(name, moment)
