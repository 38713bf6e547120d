"""Django's connection to SQLite with fixed values in the text of statements that are asked all day.

A word that is bound costs more than one that stands in the text: SQLite knows what to do with it
before the first row. And Django looks through a statement for places each time it is asked; here
once.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX, SQLiteCursorWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper as Django
from django.db.backends.sqlite3.operations import DatabaseOperations

KEPT = 2000


class Operations(DatabaseOperations):
    """Writes values into the text of a statement."""

    def compose_sql(self, sql: str, params: Any) -> str:
        """Return a statement with its values in it."""
        return sql % tuple(_literal(one) for one in params or ())


class Cursor(SQLiteCursorWrapper):
    """A cursor that knows the statements that it was asked before."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """Return the statement as SQLite wants it."""
        if param_names is None:
            return _converted(query)
        return super().convert_query(query, param_names=param_names)


class DatabaseWrapper(Django):
    """A connection whose cursors remember."""

    ops_class = Operations

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; SQLite has no names for them."""
        return self.connection.cursor(factory=Cursor)

    def rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return what a statement finds, by as few steps as there can be between it and us."""
        if self.queries_logged or self.execute_wrappers:
            with self.cursor() as cursor:
                cursor.execute(sql, values)
                found = cursor.fetchall()
                return cast("list[tuple[Any, ...]]", found)
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.validate_thread_sharing()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            found = self.connection.execute(_converted(sql), values).fetchall()
            return cast("list[tuple[Any, ...]]", found)


@lru_cache(maxsize=KEPT)
def _converted(query: str) -> str:
    return FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(int(value))
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and "\0" not in value:
        return "'" + str(value).replace("'", "''") + "'"
    raise ValueError(f"{value!r} does not stand in the text of a statement.")
