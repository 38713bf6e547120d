"""Who could not read something first hears of it when it opens to everybody."""

from django.db import migrations, models
from django.db.models import F
from django.utils.timezone import now


def announce_what_waits(apps, _editor):
    """Let what waits now be told of when its time comes; what opened before is old."""
    waiting = apps.get_model("conversation", "Thread").objects.filter(embargo_until__gt=now())
    waiting.exclude(early_kind="members").update(announce_at=F("embargo_until"))


class Migration(migrations.Migration):
    dependencies = [("conversation", "0014_count_what_was_felt")]
    operations = [
        migrations.AddField(
            model_name="thread",
            name="announce_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                fields=["announce_at"],
                condition=models.Q(("announce_at__isnull", False)),
                name="threads_to_announce",
            ),
        ),
        migrations.RunPython(announce_what_waits, migrations.RunPython.noop, elidable=True),
    ]
