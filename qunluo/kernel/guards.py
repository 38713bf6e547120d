"""Append-only tables: triggers that refuse UPDATE, DELETE and TRUNCATE, also from raw SQL.

Use in a migration: `operations = [AppendOnly("kernel_eventrecord")]`.
"""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

SQLITE = """CREATE TRIGGER guard_{table}_{verb} BEFORE {verb} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

# REPLACE would delete the old row without asking the trigger above.
SQLITE_REPLACE = """CREATE TRIGGER guard_{table}_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

POSTGRES_FUNCTION = """CREATE OR REPLACE FUNCTION qunluo_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$"""
POSTGRES_ROW = """CREATE TRIGGER guard_{table}_{verb} BEFORE {verb} ON {table}
FOR EACH ROW {when} EXECUTE FUNCTION qunluo_append_only()"""
POSTGRES_TRUNCATE = """CREATE TRIGGER guard_{table}_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION qunluo_append_only()"""


class AppendOnly(Operation):
    """A migration operation that guards a table.

    `free` columns may still be updated. `unique` columns, or several that are unique together,
    are those by which SQLite's INSERT OR REPLACE could remove a row, besides the id; ON CONFLICT
    on them is then refused too.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self, table: str, free: Sequence[str] = (), unique: Sequence[str | tuple[str, ...]] = ()
    ) -> None:
        """Take the table name and the columns that are bookkeeping rather than history."""
        self.table, self.free, self.unique = table, tuple(free), tuple(unique)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what a migration file needs to write this operation."""
        options = {"free": self.free, "unique": self.unique}
        return type(self).__name__, [self.table], {k: v for k, v in options.items() if v}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in the models."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers."""
        for sql in self.statements(schema_editor.connection):
            schema_editor.execute(sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        self._drop(schema_editor)

    def _drop(self, schema_editor: Any) -> None:
        on = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        for verb in ("update", "delete", "truncate", "replace"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS guard_{self.table}_{verb}{on}")

    def describe(self) -> str:
        """Say what it does."""
        return f"Refuse changes to the history in {self.table}"

    def statements(self, db: Any) -> list[str]:
        """Return the statements that create the triggers on this database."""
        when = self._when(db)
        if db.vendor == "sqlite":
            return [
                SQLITE.format(table=self.table, verb="update", when=when),
                SQLITE.format(table=self.table, verb="delete", when=""),
                SQLITE_REPLACE.format(
                    table=self.table,
                    taken=" OR ".join(_same(one) for one in ("rowid", "id", *self.unique)),
                ),
            ]
        return [
            POSTGRES_FUNCTION,
            POSTGRES_ROW.format(table=self.table, verb="update", when=when),
            POSTGRES_ROW.format(table=self.table, verb="delete", when=""),
            POSTGRES_TRUNCATE.format(table=self.table),
        ]

    def _when(self, db: Any) -> str:
        """Return the condition that lets through an update of free columns alone."""
        if not self.free:
            return ""
        with db.cursor() as cursor:
            columns = [c.name for c in db.introspection.get_table_description(cursor, self.table)]
        distinct = "IS NOT" if db.vendor == "sqlite" else "IS DISTINCT FROM"
        changed = [f'OLD."{c}" {distinct} NEW."{c}"' for c in columns if c not in self.free]
        if db.vendor == "sqlite":
            # Else UPDATE OR REPLACE would take the place, and so the row, of another.
            changed.append("OLD.rowid <> NEW.rowid")
        return f"WHEN ({' OR '.join(changed)})"


class Reguard(AppendOnly):
    """Guard a table anew, as the house guards today: what it had before is dropped.

    A later migration that lets Django rebuild the table on SQLite needs one too, as its triggers
    go with the old table. Taken back, the table stays guarded.
    """

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers and create them."""
        self._drop(schema_editor)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Do the same: without it the table would have none."""
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what it does."""
        return f"Guard the history in {self.table} as of today"


def _same(unique: str | tuple[str, ...]) -> str:
    """Return the condition that a row has the values of a new one in these columns."""
    columns = (unique,) if isinstance(unique, str) else unique
    return "(" + " AND ".join(f'"{c}" = NEW."{c}"' for c in columns) + ")"
