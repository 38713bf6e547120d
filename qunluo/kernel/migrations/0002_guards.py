"""The event log is append-only, and the cache table exists without another command."""

from django.core.management import call_command
from django.db import migrations

from qunluo.kernel.guards import AppendOnly


def create_cache(apps, schema_editor):
    call_command("createcachetable", "kernel_cache", database=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        # xid is bookkeeping of the database, renumbered after a dump is restored elsewhere.
        AppendOnly("kernel_eventrecord", free=["xid"], unique=["uid"]),
        migrations.RunPython(create_cache, migrations.RunPython.noop),
    ]
