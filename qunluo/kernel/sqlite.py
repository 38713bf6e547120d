"""What SQLite hands over as a moment: aware at once, without three functions for each of them."""

import sqlite3
from datetime import UTC, datetime


def moment(raw: bytes) -> datetime | None:
    """Return a moment, in UTC where it does not say otherwise; None for what is none."""
    try:
        found = datetime.fromisoformat(raw.decode())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def register() -> None:
    """Take the place of what Django registers, which parses first and makes aware elsewhere."""
    for name in ("datetime", "timestamp"):
        sqlite3.register_converter(name, moment)
