from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

TARGET_ID = 'the resource_id in a logical id of ours, by which search goes on'


class Migration(migrations.Migration):
    # Indexes of tables that are in use are made beside their writers. What was stored before has no
    # target_id: its references are not followed by chains and includes until it is written again.
    atomic = False

    dependencies = [
        ('record', '0003_destruction_act'),
    ]

    operations = [
        migrations.AddField(
            model_name='reference',
            name='target_id',
            field=models.UUIDField(help_text=TARGET_ID, null=True),
        ),
        migrations.AddField(
            model_name='sharedreference',
            name='target_id',
            field=models.UUIDField(help_text=TARGET_ID, null=True),
        ),
        AddIndexConcurrently(
            model_name='resource',
            index=models.Index(condition=models.Q(('deleted', False)), fields=['patient_id', 'resource_type', '-date', 'resource_id'], include=('section', 'custodian_id'), name='resource_type_date'),
        ),
        AddIndexConcurrently(
            model_name='sharedresource',
            index=models.Index(condition=models.Q(('deleted', False)), fields=['resource_type', '-recorded_at', 'resource_id'], name='shared_resource_type'),
        ),
    ]
