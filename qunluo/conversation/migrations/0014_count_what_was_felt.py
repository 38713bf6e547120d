"""Fill the counters of how threads are felt from the reactions of before, some threads at a time.

Each part is a transaction of its own, so that nobody waits long; started anew, it counts the same.
"""

from django.db import migrations, transaction
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

FELT = ("useful", "fun", "warm")
PART = 1000


def count_what_was_felt(apps, editor):
    """Count for each thread how often each of the old reactions stands under its posts."""
    using = editor.connection.alias
    threads = apps.get_model("conversation", "Thread").objects.using(using)
    reactions = apps.get_model("conversation", "Reaction").objects.using(using)
    under = reactions.filter(post__thread=OuterRef("pk"))
    counted = {
        name: Coalesce(
            Subquery(
                under.filter(name=name)
                .order_by()
                .values("post__thread")
                .annotate(n=Count("pk"))
                .values("n")
            ),
            0,
        )
        for name in FELT
    }
    felt, last = threads.filter(Exists(under.filter(name__in=FELT))).order_by("pk"), 0
    while True:
        with transaction.atomic(using=using):
            # Locked before they are counted: a reaction that comes meanwhile adds itself after us.
            some = felt.filter(pk__gt=last).select_for_update(of=("self",))
            part = list(some.values_list("pk", flat=True)[:PART])
            if not part:
                return
            threads.filter(pk__in=part).update(**counted)
        last = part[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversation", "0013_ratings_from_an_archive")]
    operations = [
        migrations.RunPython(count_what_was_felt, migrations.RunPython.noop, elidable=True)
    ]
