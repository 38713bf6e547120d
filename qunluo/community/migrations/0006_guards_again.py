"""What was published or confirmed is guarded against every REPLACE of SQLite, too."""

from django.db import migrations

from qunluo.kernel.guards import Reguard

NUMBERED = ("community_id", "number")


class Migration(migrations.Migration):
    dependencies = [("community", "0005_goal_amendments")]
    operations = [
        Reguard("community_charterversion", free=["published_by_id"], unique=[NUMBERED]),
        Reguard("community_rulesversion", free=["published_by_id"], unique=[NUMBERED]),
        Reguard("community_operatinggoal", free=["confirmed_by_id"], unique=["community_id"]),
        Reguard("community_goalamendment", unique=[NUMBERED, ("community_id", "vote_id")]),
    ]
