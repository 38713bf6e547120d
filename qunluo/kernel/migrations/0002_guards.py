"""The event log is append-only, and the cache table exists without another command."""

from django.core.management import call_command
from django.db import migrations

from qunluo.kernel.guards import AppendOnly


def create_cache(apps, schema_editor):
    call_command("createcachetable", "kernel_cache", database=schema_editor.connection.alias)


def index_delivery(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX event_delivery ON kernel_eventrecord (xid, id)")


def drop_delivery(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS event_delivery")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        # xid is bookkeeping of the database, renumbered after a dump is restored elsewhere.
        AppendOnly("kernel_eventrecord", free=["xid"], unique=["uid"]),
        # Django cannot say "on this database only", and on SQLite xid is always 0.
        migrations.RunPython(index_delivery, drop_delivery),
        migrations.RunPython(create_cache, migrations.RunPython.noop),
    ]
