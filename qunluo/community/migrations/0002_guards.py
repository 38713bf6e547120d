"""What was published or confirmed stays as it was, also against raw SQL."""

from django.db import migrations

from qunluo.kernel.guards import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]
    operations = [
        AppendOnly("community_charterversion", free=["published_by_id"]),
        AppendOnly("community_rulesversion", free=["published_by_id"]),
        AppendOnly("community_operatinggoal", free=["confirmed_by_id"]),
    ]
