"""Who had asked for a service when only one could ask at a time has a request of their own now."""

from datetime import timedelta

from django.db import migrations

DAYS = {"requested": 60, "delivered": 7}


def give_requests(apps, schema_editor):
    thread = apps.get_model("conversation", "Thread")
    request = apps.get_model("conversation", "ServiceRequest")
    rows = thread.objects.filter(kind="service", state__in=DAYS, assignee__isnull=False)
    for one in rows.exclude(opener_gone=True).iterator():
        moved = one.moved_at or one.opened_at
        asks = one.state == "delivered"
        request.objects.create(
            thread=one,
            asker_id=one.assignee_id,
            provider_id=one.author_id,
            state=one.state,
            step="deliver" if asks else "request",
            turn_id=one.assignee_id if asks else one.author_id,
            requested_at=moved,
            moved_at=moved,
            due_at=moved + timedelta(days=DAYS[one.state]),
        )
    thread.objects.filter(kind="service", state__in=DAYS).update(
        state="offered", assignee=None, settled=False
    )


class Migration(migrations.Migration):

    dependencies = [
        ('conversation', '0021_requests_for_services'),
    ]

    operations = [
        migrations.RunPython(give_requests, migrations.RunPython.noop),
    ]
