"""History is written once: not even raw SQL changes it."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from qunluo.kernel import queries
from qunluo.kernel.guards import AppendOnly
from qunluo.kernel.models import EventRecord
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from tests.kernel.makers import OPERATOR, Happened, Ruled

pytestmark = pytest.mark.django_db


@pytest.fixture
def act():
    """One operator act in the log."""
    with write_tx():
        return publish(Ruled(community_id=1, actor_id=OPERATOR.pk))


def refused(sql):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize(
    "change",
    [
        "name = 'other'",
        "actor_id = 1",
        "actor_id = NULL",
        "community_id = 9",
        "person_id = 3",
        "at = '2001-01-01'",
        "audit = NOT audit",
        "imported = NOT imported",
        "data = '{}', xid = 1",
        "id = id + 1000",
    ],
)
def test_raw_sql_cannot_edit_the_audit_log(act, change):
    if change.startswith("data"):
        with write_tx():
            publish(Happened(number=1))
    refused(f"UPDATE kernel_eventrecord SET {change}")


def test_raw_sql_cannot_delete_from_the_audit_log(act):
    refused("DELETE FROM kernel_eventrecord")
    refused(f"DELETE FROM kernel_eventrecord WHERE id = {act}")
    assert [e.id for e in queries.audit_log(1)] == [act]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_log_cannot_be_truncated(act):
    refused("TRUNCATE kernel_eventrecord CASCADE")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="an SQLite way to write")
def test_a_row_cannot_be_replaced(act):
    refused(
        "INSERT OR REPLACE INTO kernel_eventrecord SELECT id, uid, 'x', community_id, actor_id,"
        " person_id, data, at, audit, imported, xid FROM kernel_eventrecord"
    )


def test_the_orm_cannot_edit_either(act):
    row = EventRecord.objects.get(pk=act)
    row.name = "other"
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_the_bookkeeping_of_the_transaction_number_stays_free(act):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_eventrecord SET xid = -5")
    assert EventRecord.objects.get().xid == -5


def test_the_audit_log_shows_operator_acts_only_newest_first_in_pages():
    with write_tx():
        publish(Happened(community_id=1))
        acts = [publish(Ruled(community_id=1, actor_id=OPERATOR.pk)) for _ in range(5)]
        publish(Ruled(community_id=2, actor_id=OPERATOR.pk))
        publish(Ruled(actor_id=OPERATOR.pk))
    first = queries.audit_log(1, limit=3)
    second = queries.audit_log(1, limit=3, before=first[-1].id)
    assert [e.id for e in first + second] == acts[::-1]
    assert len(queries.audit_log(2)) == len(queries.audit_log(None)) == 1


def test_every_guard_that_a_migration_set_is_still_there():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
        names = {row[0] for row in cursor.fetchall()}
    assert {"guard_kernel_eventrecord_update", "guard_kernel_eventrecord_delete"} <= names


@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL writes triggers its own way"
)
def test_every_guarded_table_is_guarded_as_the_house_guards_today():
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    steps = [step for migration, _back in plan for step in migration.operations]
    guards = {step.table: step for step in steps if isinstance(step, AppendOnly)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        found = {row[0] for row in cursor.fetchall()}
    wanted = {sql for guard in guards.values() for sql in guard.statements(connection)}
    assert len(guards) > 5
    assert wanted <= found
