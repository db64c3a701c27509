from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('patients', '0002_operators_compare'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='clinicpatient',
            index=models.Index(fields=['birth_date'], name='clinic_patient_birth_date'),
        ),
    ]
