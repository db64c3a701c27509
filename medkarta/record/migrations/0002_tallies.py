from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# What was written by an older program beside this migration is counted by `medkarta recount`.
COUNT = """
INSERT INTO resource_tally
  (patient_id, section, custodian_id, year, count, latest, received)
SELECT patient_id, section, custodian_id,
  extract(year FROM date AT TIME ZONE 'Europe/Moscow')::int AS year,
  count(*), max(date), max(recorded_at)
FROM resource WHERE NOT deleted
GROUP BY patient_id, section, custodian_id, year
"""


class Migration(migrations.Migration):
    # Indexes of a table that is in use are made beside its writers.
    atomic = False

    dependencies = [
        ('record', '0001_initial'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='resource',
            index=models.Index(condition=models.Q(('deleted', False)), fields=['patient_id', 'section', 'resource_type', 'code_system', 'code', '-date', 'resource_id'], include=('status', 'custodian_id'), name='resource_section_code'),
        ),
        AddIndexConcurrently(
            model_name='resource',
            index=models.Index(condition=models.Q(('deleted', False)), fields=['patient_id', 'resource_type', 'status', '-date', 'resource_id'], name='resource_state_date'),
        ),
        AddIndexConcurrently(
            model_name='resource',
            index=models.Index(condition=models.Q(('deleted', False)), fields=['patient_id', 'recorded_at'], name='resource_recorded'),
        ),
        RemoveIndexConcurrently(
            model_name='resource',
            name='resource_code_date',
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('pk', models.CompositePrimaryKey('patient_id', 'section', 'custodian_id', 'year', blank=True, editable=False, primary_key=True, serialize=False)),
                ('patient_id', models.UUIDField()),
                ('section', models.CharField(max_length=40)),
                ('custodian_id', models.UUIDField()),
                ('year', models.IntegerField()),
                ('count', models.IntegerField()),
                ('latest', models.DateTimeField(help_text='the newest date of its resources')),
                ('received', models.DateTimeField(help_text='when the last of them was recorded')),
            ],
            options={
                'db_table': 'resource_tally',
            },
        ),
        migrations.RunSQL(COUNT, reverse_sql=migrations.RunSQL.noop),
    ]
