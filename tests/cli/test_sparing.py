"""Migrated sparingly, a database has the tables that its models ask for."""

import sqlite3

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from qunluo.cli.sparing import SparingState, starting_state

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.above_the_database,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="reads what SQLite was told"),
]


def told(sql):
    """What a statement says, in whatever order its columns came: its head, its parts, its end."""
    parts, depth, part = [], 0, ""
    for char in " ".join(sql.rstrip(";").split()):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if (depth, char) in {(1, "("), (1, ","), (0, ")")}:
            parts.append(part.strip())
            part = ""
        else:
            part += char
    return parts[0], sorted(parts[1:]), part.strip()


def asked():
    """What the models ask for, by name: tables and indexes."""
    editor = connection.schema_editor(collect_sql=True, atomic=False)
    editor.deferred_sql = []
    for model in apps.get_models():
        editor.create_model(model)
    with sqlite3.connect(":memory:") as plain:
        for sql in (*editor.collected_sql, *editor.deferred_sql):
            plain.execute(str(sql))
        return dict(plain.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_the_tables_are_those_that_the_models_ask_for():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index')")
        there = dict(cursor.fetchall())
    for name, sql in asked().items():
        assert told(there[name]) == told(sql), name


def test_only_an_empty_database_is_migrated_sparingly():
    executor = MigrationExecutor(connection)
    assert starting_state(executor) is None
    executor.loader.applied_migrations = {}
    state = starting_state(executor)
    assert isinstance(state, SparingState)
    assert isinstance(state.clone(), SparingState)
