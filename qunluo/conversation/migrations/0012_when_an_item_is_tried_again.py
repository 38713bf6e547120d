"""An item whose author wrote much just now is tried again later, and stands in nobody's way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversation", "0011_circles_on_the_map")]
    operations = [
        migrations.AddField(
            model_name="planneditem",
            name="try_at",
            field=models.DateTimeField(blank=True, null=True),
        )
    ]
