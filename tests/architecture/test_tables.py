"""Tables keep the floors of the house, and a patient's rows can be spread by patient_id."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

ROOT = Path(__file__).parents[2]

# Tables that have a patient_id and are keyed by something else, each with the reason.
KEYED_OTHERWISE = {
    "client_id": "a sender's own id must be unique across patients, so it is the key",
    "clinic_identifier": "looked for by a clinic's number before a patient is known",
    "clinic_patient": "the patient index: searched by a person's data before a patient is known",
    "resource_part": "looked for by the whole, to find in whose records it has parts",
}


def floors() -> dict[str, int]:
    """Each module's height, from the same list that import-linter keeps."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {
        name.strip(" ()"): -floor for floor, line in enumerate(layers) for name in line.split("|")
    }


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("medkarta.")]


def relations() -> list[models.Field]:
    return [
        field
        for model in own_models()
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.remote_field is not None
    ]


def test_there_are_tables_to_judge():
    assert len(own_models()) > 10
    assert len(relations()) > 5


def test_every_module_with_tables_has_its_migrations():
    """Without the folder, makemigrations passes a module by and says that all is well."""
    folders = {ROOT / "medkarta" / model.__module__.split(".")[1] for model in own_models()}
    assert [f.name for f in folders if not (f / "migrations/0001_initial.py").exists()] == []


def test_foreign_keys_point_down():
    floor = floors()
    upward = [
        f"{field} points at {field.related_model._meta.label}"
        for field in relations()
        if (target := field.related_model.__module__.split("."))[0] == "medkarta"
        and target[1] != (module := field.model.__module__.split(".")[1])
        and floor[target[1]] >= floor[module]
    ]
    assert upward == []


def test_no_foreign_key_has_a_way_back():
    assert [str(f) for f in relations() if not f.remote_field.hidden] == []


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


# The patient's tables, as the catalogue knows them.
PATIENT_TABLES = """
WITH patient_table AS (
  SELECT c.oid, c.relname, a.attnum
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'patient_id'
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
)
"""


def outside_the_list(sql: str) -> set[tuple]:
    return {row for row in rows(PATIENT_TABLES + sql) if row[0] not in KEYED_OTHERWISE}


@pytest.mark.django_db
def test_the_catalogue_holds_the_patients_tables():
    named = {name for (name,) in rows(PATIENT_TABLES + "SELECT relname FROM patient_table")}
    assert {"resource", "resource_version"} | KEYED_OTHERWISE.keys() <= named


@pytest.mark.django_db
def test_patient_id_comes_first_in_every_key_and_index():
    """Reading one record touches neighbouring pages, and nothing unique crosses patients."""
    assert (
        outside_the_list("""
        SELECT p.relname, i.relname FROM patient_table p
        JOIN pg_index x ON x.indrelid = p.oid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indkey[0] <> p.attnum
        """)
        == set()
    )


@pytest.mark.django_db
def test_every_patients_table_has_its_primary_key():
    assert (
        outside_the_list("""
        SELECT p.relname FROM patient_table p
        WHERE NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = p.oid AND x.indisprimary)
        """)
        == set()
    )


@pytest.mark.django_db
def test_no_foreign_key_touches_a_patients_table():
    assert (
        outside_the_list("""
        SELECT p.relname, k.conname FROM patient_table p
        JOIN pg_constraint k ON k.contype = 'f' AND p.oid IN (k.conrelid, k.confrelid)
        """)
        == set()
    )


@pytest.mark.django_db
def test_no_trigger_stands_on_a_patients_table():
    assert (
        outside_the_list("""
        SELECT p.relname, t.tgname FROM patient_table p
        JOIN pg_trigger t ON t.tgrelid = p.oid AND NOT t.tgisinternal
        """)
        == set()
    )
