"""Files and polls of posts; where posts went that were split off."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
SORTS = [("picture", "picture"), ("audio", "audio"), ("video", "video"), ("file", "file")]
RESULTS = [("always", "always"), ("answered", "answered"), ("closed", "closed")]


def _to(model: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, to=model, **{"related_name": "+", **more}
    )


class Migration(migrations.Migration):
    """Adds three tables and what posts and threads know of them."""

    dependencies = [
        ("community", "0004_talk_has_its_own_spaces"),
        ("conversation", "0004_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", ID.clone()),
                ("uid", models.CharField(max_length=16, unique=True)),
                ("sort", models.CharField(choices=SORTS, max_length=7)),
                ("key", models.CharField(max_length=80)),
                ("small", models.CharField(blank=True, max_length=80)),
                ("type", models.CharField(max_length=40)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("alt", models.CharField(blank=True, max_length=300)),
                ("size", models.PositiveIntegerField()),
                ("width", models.PositiveIntegerField(default=0)),
                ("height", models.PositiveIntegerField(default=0)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
                ("community", _to("community.community")),
                ("owner", _to(settings.AUTH_USER_MODEL)),
                (
                    "post",
                    _to("conversation.post", blank=True, null=True, related_name="attachments"),
                ),
                ("space", _to("conversation.space")),
                ("thread", _to("conversation.thread", blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["owner", "added_at"], name="conversatio_owner_i_0608d9_idx"
                    ),
                    models.Index(
                        fields=["post", "added_at"], name="conversatio_post_id_31b352_idx"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Poll",
            fields=[
                ("id", ID.clone()),
                ("options", models.JSONField(default=list)),
                ("multiple", models.BooleanField(default=False)),
                (
                    "results",
                    models.CharField(choices=RESULTS, default="answered", max_length=8),
                ),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "post",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="poll",
                        to="conversation.post",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PollAnswer",
            fields=[
                ("id", ID.clone()),
                ("chosen", models.JSONField(default=list)),
                ("answered_at", models.DateTimeField()),
                ("person", _to(settings.AUTH_USER_MODEL)),
                ("poll", _to("conversation.poll", related_name="answers")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("poll", "person"), name="one_member_one_answer")
                ],
            },
        ),
        migrations.AddField(
            model_name="post",
            name="attached",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="post", name="moved_to", field=models.PositiveIntegerField(default=0)
        ),
        migrations.AddField(
            model_name="post", name="polls", field=models.BooleanField(default=False)
        ),
        migrations.AddField(
            model_name="thread", name="cover", field=models.CharField(blank=True, max_length=16)
        ),
        migrations.AddField(
            model_name="thread",
            name="split_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="conversation.thread",
            ),
        ),
    ]
