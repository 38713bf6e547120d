"""A planned post takes a poll along."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversation', '0016_asking_into_circles'),
    ]

    operations = [
        migrations.AddField(
            model_name='planneditem',
            name='poll',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
