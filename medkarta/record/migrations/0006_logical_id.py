from django.db import migrations, models

LOGICAL_ID = "FHIR's, of the ids before it: answers are put together with it"
# As `foundation.ids.encode_uuid` writes it.
BASE32 = (
    "(SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567',"
    " 1 + substring(bits FROM 5 * n + 1 FOR 5)::bit(5)::int, 1), '' ORDER BY n)"
    " FROM generate_series(0, 25) AS n,"
    " (SELECT ('x' || replace({}::text, '-', ''))::bit(128) || B'00' AS bits) AS id)"
)
OWNED = f"{BASE32.format('patient_id')} || '-' || {BASE32.format('resource_id')}"
SHARED = BASE32.format('resource_id')
TABLES = {
    'resource': ('resource', OWNED),
    'resourceversion': ('resource_version', OWNED),
    'sharedresource': ('shared_resource', SHARED),
    'sharedresourceversion': ('shared_resource_version', SHARED),
}


class Migration(migrations.Migration):
    dependencies = [
        ('record', '0005_senders'),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name='logical_id',
                field=models.CharField(default='', help_text=LOGICAL_ID, max_length=64),
                preserve_default=False,
            )
            for name in TABLES
        ),
        *(
            migrations.RunSQL(
                f'UPDATE {table} SET logical_id = {written}', migrations.RunSQL.noop
            )
            for table, written in TABLES.values()
        ),
    ]
