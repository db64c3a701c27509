import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import medkarta.foundation.ids

UNIFORM = "2"

# Until now every number was an ЕНП and the key of its row. The rows stay, under a key of their own.
OWN_KEY = """
ALTER TABLE policy ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE policy ALTER COLUMN id DROP DEFAULT;
ALTER TABLE policy DROP CONSTRAINT policy_pkey;
ALTER TABLE policy ADD CONSTRAINT policy_pkey PRIMARY KEY (id);
"""
COPY_LINES = """
INSERT INTO insured_line (id, kind, series, number, family, given, patronymic, birth_date, snils,
                          insurer, active_from, active_to)
SELECT gen_random_uuid(), '2', '', number, family, given, patronymic, birth_date, snils,
       insurer, active_from, active_to
FROM registered_insured
"""


def _number(model: str) -> list[migrations.operations.base.Operation]:
    """Kind and series beside the number; a default only for the rows that are there."""
    return [
        migrations.AddField(
            model,
            "kind",
            models.CharField(
                default=UNIFORM, help_text="НСИ 1.2.643.5.1.13.13.11.1035", max_length=1
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model,
            "series",
            models.CharField(blank=True, default="", max_length=12),
            preserve_default=False,
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("insurance", "0001_initial"), ("patients", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(OWN_KEY)],
            state_operations=[
                migrations.AlterField("policy", "number", models.CharField(max_length=16)),
                migrations.AddField(
                    "policy",
                    "id",
                    models.UUIDField(
                        default=medkarta.foundation.ids.new_uuid,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
        *_number("policy"),
        *_number("policyclaim"),
        migrations.AddField(
            "policy",
            "why_ended",
            models.CharField(
                blank=True, default="", help_text="see rules.WhyEnded", max_length=20
            ),
            preserve_default=False,
        ),
        migrations.AddField("policyclaim", "tries", models.IntegerField(default=0)),
        migrations.AddField(
            "policyclaim",
            "next_try_at",
            models.DateTimeField(help_text="null: the register has answered", null=True),
        ),
        # Numbers that wait since before anybody asked again: their turn is now.
        migrations.RunSQL("UPDATE policy_claim SET next_try_at = claimed_at"),
        migrations.AddField(
            "policyclaim",
            "outcome",
            models.CharField(
                blank=True, default="", help_text="see rules.ClaimOutcome", max_length=20
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "policyclaim",
            "differs",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), default=list, size=None
            ),
        ),
        migrations.AddField(
            "linkattempt",
            "holder",
            models.ForeignKey(
                help_text="who holds the number that was tried, to be told of it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.person",
            ),
        ),
        migrations.CreateModel(
            name="InsuredLine",
            fields=[
                ("kind", models.CharField(help_text="НСИ 1.2.643.5.1.13.13.11.1035", max_length=1)),
                ("series", models.CharField(blank=True, max_length=12)),
                ("number", models.CharField(max_length=16)),
                (
                    "id",
                    models.UUIDField(
                        default=medkarta.foundation.ids.new_uuid,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("family", models.CharField(max_length=100)),
                ("given", models.CharField(max_length=100)),
                ("patronymic", models.CharField(blank=True, max_length=100)),
                ("birth_date", models.DateField()),
                ("snils", models.CharField(blank=True, max_length=11)),
                ("insurer", models.CharField(max_length=200)),
                ("active_from", models.DateField()),
                ("active_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "insured_line",
                "indexes": [models.Index(fields=["snils"], name="insured_line_snils")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "series", "number"), name="one_line_a_policy"
                    )
                ],
            },
        ),
        migrations.RunSQL(COPY_LINES),
        migrations.DeleteModel("RegisteredInsured"),
        migrations.AddConstraint(
            "policy",
            models.UniqueConstraint(
                fields=("kind", "series", "number"), name="one_policy_one_person"
            ),
        ),
        migrations.AddConstraint(
            "policy",
            models.CheckConstraint(
                condition=models.Q(("kind__in", ["1", "2", "4"])), name="policy_kind"
            ),
        ),
    ]
