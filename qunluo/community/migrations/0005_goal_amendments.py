"""A goal changes by votes, and what they made of it is as locked as the goal was."""

import django.db.models.deletion
from django.db import migrations, models

from qunluo.kernel.guards import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("community", "0004_talk_has_its_own_spaces")]
    operations = [
        migrations.CreateModel(
            name="GoalAmendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("statement", models.CharField(blank=True, max_length=200)),
                ("metric", models.CharField(max_length=80)),
                ("target", models.BigIntegerField()),
                ("due_on", models.DateField()),
                ("vote_id", models.BigIntegerField()),
                ("confirmed_at", models.DateTimeField()),
                ("community", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="goal_amendments", to="community.community")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("community", "number"), name="goal_amendment_number_in_community"),
                    models.UniqueConstraint(fields=("community", "vote_id"), name="one_goal_amendment_by_a_vote"),
                ]
            },
        ),
        AppendOnly("community_goalamendment"),
    ]
