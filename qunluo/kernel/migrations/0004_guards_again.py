"""The log is guarded against UPDATE OR REPLACE, too, which on SQLite takes the place of a row."""

from django.db import migrations

from qunluo.kernel.guards import Reguard


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_whispers")]
    operations = [Reguard("kernel_eventrecord", free=["xid"], unique=["uid"])]
