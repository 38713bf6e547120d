"""What can be found, and the topics of posts."""

import django.db.models.deletion
from django.db import migrations, models

import qunluo.conversation.models.search

# FTS5 keeps no text of its own: it follows the table. The ascii tokeniser cuts at blanks only,
# since every other sign has been taken out before; single characters are found by their beginning.
SQLITE = (
    """CREATE VIRTUAL TABLE conversation_search USING fts5(
    words, content='conversation_document', content_rowid='id', tokenize='ascii', columnsize=0,
    prefix='1')""",
    """CREATE TRIGGER search_added AFTER INSERT ON conversation_document
    BEGIN INSERT INTO conversation_search(rowid, words) VALUES (new.id, new.words); END""",
    """CREATE TRIGGER search_taken AFTER DELETE ON conversation_document
    BEGIN INSERT INTO conversation_search(conversation_search, rowid, words)
    VALUES ('delete', old.id, old.words); END""",
    """CREATE TRIGGER search_changed AFTER UPDATE OF words ON conversation_document
    BEGIN INSERT INTO conversation_search(conversation_search, rowid, words)
    VALUES ('delete', old.id, old.words);
    INSERT INTO conversation_search(rowid, words) VALUES (new.id, new.words); END""",
)
SQLITE_BACK = (
    "DROP TRIGGER search_added", "DROP TRIGGER search_taken", "DROP TRIGGER search_changed",
    "DROP TABLE conversation_search",
)  # fmt: skip
POSTGRES = ("CREATE INDEX conversation_search ON conversation_document USING gin (words)",)
POSTGRES_BACK = ("DROP INDEX conversation_search",)


def index(apps, schema_editor):
    for sql in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(sql, params=None)


def drop_index(apps, schema_editor):
    for sql in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRES_BACK:
        schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0002_guards"),
        ("conversation", "0003_private_spaces"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=12)),
                ("target", models.BigIntegerField()),
                ("words", qunluo.conversation.models.search.WordsField()),
                (
                    "post",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="document",
                        to="conversation.post",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=30)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="topics",
                        to="community.community",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Tagging",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taggings",
                        to="conversation.post",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taggings",
                        to="conversation.topic",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("source", "target"), name="one_document_of_a_target"
            ),
        ),
        migrations.AddConstraint(
            model_name="topic",
            constraint=models.UniqueConstraint(
                fields=("community", "key"), name="topic_once_in_community"
            ),
        ),
        migrations.AddIndex(
            model_name="tagging",
            index=models.Index(fields=["topic", "-post"], name="conversatio_topic_i_b36eae_idx"),
        ),
        migrations.AddConstraint(
            model_name="tagging",
            constraint=models.UniqueConstraint(fields=("topic", "post"), name="one_tagging_each"),
        ),
        migrations.RunPython(index, drop_index),
    ]
