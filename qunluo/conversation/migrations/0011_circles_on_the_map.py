"""A circle stands on the map of cells when its host wants it to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversation", "0010_what_is_felt_and_who_talks")]
    operations = [
        migrations.AddField(
            model_name="space", name="listed", field=models.BooleanField(default=False)
        )
    ]
