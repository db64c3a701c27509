import django.db.models.deletion
import medkarta.foundation.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0001_initial'),
        ('patients', '0006_person_papers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClientAct',
            fields=[
                ('id', models.UUIDField(default=medkarta.foundation.ids.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('act', models.CharField(max_length=20)),
                ('app', models.CharField(help_text='backoffice, cli or demo', max_length=20)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client')),
            ],
            options={
                'db_table': 'client_act',
                'indexes': [models.Index(fields=['client', 'at'], name='client_act_of_client')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='authorization',
            name='client_authorization_ended',
        ),
        migrations.AddConstraint(
            model_name='authorization',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_how', '')), models.Q(('ended_at__isnull', False), ('ended_how__in', ['person', 'app', 'expired', 'reused', 'security', 'consent', 'crowded', 'disabled'])), _connector='OR'), name='client_authorization_ended'),
        ),
    ]
