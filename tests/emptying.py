"""Emptying the database: only the tables that hold something, whatever guards them against it."""

from functools import cache

from django.db import connection, transaction

# Filled when the database is made, and changed by nobody.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@cache
def tables():
    """Every table that is emptied."""
    there = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(there) - KEPT)


def empty():
    """Delete every row that a test left."""
    with transaction.atomic(), connection.cursor() as cursor:
        asked = (f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM \"{one}\")" for one in tables())
        cursor.execute(" UNION ALL ".join(asked))
        filled = [table for (table,) in cursor.fetchall()]
        deleting = [f'DELETE FROM "{table}"' for table in filled]
        if connection.vendor == "postgresql":
            # Neither guards nor keys are asked; a TRUNCATE would have to write all the tables anew.
            quiet, usual = (
                f"SET session_replication_role = {one}" for one in ("replica", "origin")
            )
            cursor.execute(";".join([quiet, *deleting, usual]))
        else:
            _delete_unguarded(cursor, filled, deleting)


def _delete_unguarded(cursor, filled, deleting):
    """Delete on SQLite, which cannot let its triggers rest."""
    cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    guards = [(name, sql) for name, table, sql in cursor.fetchall() if table in filled]
    for name, _ in guards:
        cursor.execute(f'DROP TRIGGER "{name}"')
    for sql in deleting:
        cursor.execute(sql)
    # An index that follows a table by triggers has not heard of this.
    cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5(%'")
    for (name,) in cursor.fetchall():
        cursor.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
    for _, sql in guards:
        cursor.execute(sql)
