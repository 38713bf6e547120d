"""What the home stream goes by: how threads are felt, and who talks with whom."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FELT = ("useful", "fun", "warm")


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0001_initial"),
        ("conversation", "0009_calendar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name="thread", name=name, field=models.PositiveIntegerField(default=0)
            )
            for name in (*FELT, "beneficial")
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(
                fields=["person"],
                condition=models.Q(mentioned__gt=models.F("read")),
                name="called_and_not_read",
            ),
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("talked_at", models.DateTimeField()),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="community.community",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "person", "other"), name="one_tie_to_another"
                    )
                ]
            },
        ),
    ]
