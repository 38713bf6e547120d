import django.db.models.deletion
from django.db import migrations, models

INDEX = "conversation_post_thread_id_01f7ab02"


class Migration(migrations.Migration):
    # Without the table being made anew, which SQLite would have to do for the field.
    dependencies = [("conversation", "0019_lapsed_and_told")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="post",
                    name="thread",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="conversation.thread",
                    ),
                )
            ],
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {INDEX}",
                    f"CREATE INDEX {INDEX} ON conversation_post (thread_id)",
                )
            ],
        )
    ]
