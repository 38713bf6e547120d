"""Spaces of chosen people, and talks of two."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("conversation", "0002_spaces_of_before"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("space", "rules", models.TextField(blank=True, default="")),
        migrations.AlterField("space", "rules", models.TextField(blank=True)),
        migrations.AddField(
            "space", "pair", models.CharField(blank=True, default="", max_length=40)
        ),
        migrations.AlterField("space", "pair", models.CharField(blank=True, max_length=40)),
        migrations.AlterField(
            "space",
            "visibility",
            models.CharField(
                choices=[
                    ("public", "public"),
                    ("members", "members"),
                    ("grant", "grant"),
                    ("people", "people"),
                ],
                default="members",
                max_length=7,
            ),
        ),
        migrations.CreateModel(
            name="SpaceMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.BooleanField(default=False)),
                ("joined_at", models.DateTimeField()),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
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
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="conversation.space",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "space"], name="person_in_private_spaces")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["space", "person"], name="once_in_a_private_space"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            "space",
            models.UniqueConstraint(
                condition=~Q(pair=""), fields=["community", "pair"], name="one_talk_of_two"
            ),
        ),
        migrations.AddConstraint(
            "space",
            models.CheckConstraint(
                condition=Q(pair="") | Q(visibility="people"), name="a_talk_of_two_stays_theirs"
            ),
        ),
    ]
