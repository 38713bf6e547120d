"""What SQLite hands over as a moment: aware at once, without three functions for each of them."""

import sqlite3
from datetime import datetime


def moment(raw: bytes) -> datetime:
    """Return a moment as Django wrote it, in UTC and without saying so."""
    return datetime.fromisoformat(f"{raw.decode()}+00:00")


def register() -> None:
    """Take the place of what Django registers, which parses first and makes aware elsewhere."""
    for name in ("datetime", "timestamp"):
        sqlite3.register_converter(name, moment)
