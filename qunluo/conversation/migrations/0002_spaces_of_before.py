"""Communities founded before there was talk get the spaces that their blueprint had promised."""

from django.db import migrations

from qunluo.conversation.rules.spaces import general, preset
from qunluo.kernel.text import pick


def take_over(apps, _schema_editor):
    spaces = apps.get_model("conversation", "Space")
    declared = apps.get_model("community", "Space")
    for community in apps.get_model("community", "Community").objects.order_by("pk"):
        wanted = [
            {"slug": one.slug, "name": one.name, "type": preset(one.kind)}
            for one in declared.objects.filter(community_id=community.pk).order_by("position", "pk")
        ]
        if not wanted:
            wanted = [{k: str(pick(v, community.language)) for k, v in general().items()}]
        for position, one in enumerate(wanted):
            spaces.objects.create(
                community_id=community.pk,
                position=position,
                opened_at=community.founded_at,
                visibility="members",
                **one,
            )


class Migration(migrations.Migration):
    dependencies = [("conversation", "0001_initial"), ("community", "0002_guards")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
