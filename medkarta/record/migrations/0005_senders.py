from django.db import migrations, models

# Whoever sent a patient's resource is the clinic that keeps it; what is shared came by import.
SENDERS = """
ALTER TABLE client_id ADD COLUMN clinic_id uuid NOT NULL
  DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE client_id ALTER COLUMN clinic_id DROP DEFAULT;
UPDATE client_id SET clinic_id = resource.custodian_id FROM resource
WHERE resource.patient_id = client_id.patient_id
  AND resource.resource_id = client_id.resource_id;
ALTER TABLE client_id DROP CONSTRAINT client_id_pkey;
ALTER TABLE client_id ADD PRIMARY KEY (resource_type, client_id, clinic_id);
"""
# Names that two senders gave alike cannot go back: the key refuses them.
NO_SENDERS = """
ALTER TABLE client_id DROP CONSTRAINT client_id_pkey;
ALTER TABLE client_id DROP COLUMN clinic_id;
ALTER TABLE client_id ADD PRIMARY KEY (resource_type, client_id);
"""
# The clinics' numbers of the patients who are stored. What an older program writes beside this
# migration is added when its Patient comes again.
IDENTIFIERS = """
INSERT INTO clinic_identifier (clinic_id, value, system, patient_id)
SELECT r.custodian_id, t.code, t.system, r.patient_id
FROM resource AS r JOIN index_token AS t USING (patient_id, resource_id)
WHERE r.resource_type = 'Patient' AND t.param = 'identifier' AND t.code <> ''
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('record', '0004_search'),
        ('patients', '0007_clinic_identifier'),
    ]

    operations = [
        migrations.RunSQL(IDENTIFIERS, reverse_sql='DELETE FROM clinic_identifier'),
        migrations.AddField(
            model_name='sharedresource',
            name='custodian_id',
            field=models.UUIDField(help_text='the clinic whose system wrote it and may write it again', null=True),
        ),
        migrations.AddField(
            model_name='sharedresourceversion',
            name='custodian_id',
            field=models.UUIDField(help_text='the clinic whose system wrote it and may write it again', null=True),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(SENDERS, reverse_sql=NO_SENDERS)],
            state_operations=[
                migrations.DeleteModel(name='ClientId'),
                migrations.CreateModel(
                    name='ClientId',
                    fields=[
                        ('pk', models.CompositePrimaryKey('resource_type', 'client_id', 'clinic_id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('resource_type', models.CharField(max_length=60)),
                        ('client_id', models.CharField(max_length=64)),
                        ('clinic_id', models.UUIDField(help_text='who sent it; all zeros: an import of shared resources')),
                        ('patient_id', models.UUIDField(help_text='null: a shared resource', null=True)),
                        ('resource_id', models.UUIDField()),
                    ],
                    options={
                        'db_table': 'client_id',
                        'indexes': [models.Index(condition=models.Q(('patient_id__isnull', False)), fields=['patient_id'], name='client_id_patient')],
                    },
                ),
            ],
        ),
    ]
