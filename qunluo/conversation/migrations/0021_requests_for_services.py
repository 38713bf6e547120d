"""Each member who asks for a service has a request of their own, with what is set aside for it."""

import django.db.models.deletion
import qunluo.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversation', '0020_posts_by_place'),
        ('ledger', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ServiceRequest',
            fields=[
                ('id', models.UUIDField(default=qunluo.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('price', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('requested', 'requested'), ('accepted', 'accepted'), ('delivered', 'delivered'), ('disputed', 'disputed'), ('done', 'done'), ('declined', 'declined'), ('withdrawn', 'withdrawn'), ('returned', 'returned'), ('lapsed', 'lapsed')], default='requested', max_length=9)),
                ('step', models.CharField(max_length=20)),
                ('requested_at', models.DateTimeField()),
                ('moved_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('asker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hold', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.hold')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('thread', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='conversation.thread')),
                ('turn', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['thread', '-id'], name='requests_of_service'), models.Index(condition=models.Q(('turn__isnull', False)), fields=['turn'], name='requests_that_wait'), models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='requests_that_end')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['requested', 'accepted', 'delivered', 'disputed'])), fields=('thread', 'asker'), name='one_open_request_for_a_service'), models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', False), ('state__in', ['requested', 'accepted', 'delivered', 'disputed']), ('turn__isnull', False)), models.Q(models.Q(('state__in', ['requested', 'accepted', 'delivered', 'disputed']), _negated=True), ('due_at', None), ('turn', None)), _connector='OR'), name='an_open_request_waits_for_somebody')],
            },
        ),
    ]
