"""A word to the live processes: said with the commit, kept for nobody, lost when none listens.

PostgreSQL carries it itself; on SQLite it stands in a small table whose old rows go as new ones
come. What must not be lost is an event.
"""

import json
from typing import Any

from django.db import connection

CHANNEL = "qunluo_whispers"
KEPT = 2000
SAY = "INSERT INTO kernel_whisper (word) VALUES (%s)"
FORGET = "DELETE FROM kernel_whisper WHERE id <= %s"
HEAR = "SELECT id, word FROM kernel_whisper WHERE id > %s ORDER BY id"
LAST = "SELECT COALESCE(MAX(id), 0) FROM kernel_whisper"


def whisper(what: str, **about: Any) -> None:
    """Say something to whoever holds connections open; best inside write_tx."""
    word = json.dumps({"what": what, **about}, separators=(",", ":"))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, word])
            return
        cursor.execute(SAY, [word])
        if cursor.lastrowid and cursor.lastrowid % 100 == 0:
            cursor.execute(FORGET, [cursor.lastrowid - KEPT])


def said_since(last: int | None) -> tuple[int, list[dict[str, Any]]]:
    """Return what was whispered on SQLite after an id, and the last id; None begins now."""
    with connection.cursor() as cursor:
        if last is None:
            cursor.execute(LAST)
            return int(cursor.fetchone()[0]), []
        cursor.execute(HEAR, [last])
        rows = cursor.fetchall()
    return (rows[-1][0] if rows else last), [json.loads(word) for _id, word in rows]
