"""How PostgreSQL goes about a search of a long record among others."""

from uuid import uuid4

import pytest
from django.db import connection
from record_bundles import NOW, grant_of
from record_searching import MARKER, committed

from medkarta.foundation.ids import logical_id
from medkarta.record.search import page as pages
from medkarta.record.search.sides import Reach

pytestmark = pytest.mark.django_db

RECORD = """
INSERT INTO resource (patient_id, resource_id, logical_id, resource_type, version, recorded_at,
  deleted, body, custodian_id, section, date, status, code_system, code)
SELECT %s, gen_random_uuid(), '', (ARRAY['Observation', 'Encounter'])[1 + n %% 2], 1, %s, false,
  repeat('x', 200), %s, 'labs', %s - n * interval '1 hour', 'final', 's', 'c' || n %% 40
FROM generate_series(1, 600) n
"""
TOKENS = """
INSERT INTO index_token (patient_id, resource_type, param, code, system, resource_id)
SELECT patient_id, resource_type, param, code, code_system, resource_id
FROM resource, unnest(ARRAY['code', 'combo-code']) AS p (param)
"""
REFERENCES = """
INSERT INTO index_reference
  (patient_id, resource_type, param, target_type, target, target_id, resource_id)
SELECT o.patient_id, o.resource_type, 'encounter', 'Encounter', e.resource_id::text, e.resource_id,
  o.resource_id
FROM resource o JOIN (
  SELECT DISTINCT ON (patient_id) patient_id, resource_id FROM resource
  WHERE resource_type = 'Encounter' ORDER BY patient_id
) e USING (patient_id)
WHERE o.resource_type = 'Observation'
"""


@pytest.fixture(scope="module")
def patients(request, django_db_blocker):
    """Forty patients with 600 resources each, half of them Observations of 20 codes."""
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, fill)


def fill():
    made, clinic = [uuid4() for _ in range(40)], uuid4()
    with connection.cursor() as cursor:
        for patient in made:
            cursor.execute(RECORD, [patient, NOW, clinic, NOW])
        cursor.execute(TOKENS)
        cursor.execute(REFERENCES)
        cursor.execute("ANALYZE resource, index_token, index_reference")
    return made


def plan_of(patients, resource_type, text, mode):
    asked = MARKER.read(resource_type, text)
    statement = pages.page(Reach.of(grant_of(*patients)), asked.query, None)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL plan_cache_mode = {mode}")
        cursor.execute("EXPLAIN (COSTS OFF) " + statement.text, statement.values)
        return "\n".join(line for (line,) in cursor.fetchall())


def unread(plan):
    """Scans of whole tables of patients."""
    scans = [line.strip() for line in plan.splitlines() if "Seq Scan" in line]
    return [scan for scan in scans if "shared_" not in scan]


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("code=s|c4&_sort=-date&_count=15", ["index_token_pkey", "resource_id = ANY ("]),
        ("code=c4&status:not=x&_count=15", ["index_token_pkey", "resource_id = ANY ("]),
        ("_count=15", ["resource_type_date"]),
        ("_count=15&_sort=-date", ["resource_type_date"]),
        # Half of the record may be of it: looked up in a hash on the way along the index.
        ("status=final&_count=15", ["resource_type_date", "hashed SubPlan"]),
        ("status=final&_text=a&_count=15", ["resource_type_date", "hashed SubPlan"]),
        ("encounter:Encounter.type=c1", ["index_reference_pkey", "hashed SubPlan"]),
        ("code=s|c4&_include=Observation:encounter", ["index_reference_pkey"]),
        ("_has:Observation:has-member:code=s|c4", ["index_reference_pkey", "hashed SubPlan"]),
    ],
)
def test_a_search_of_one_person_goes_by_indexes(patients, text, wanted, mode):
    plan = plan_of(patients[:1], "Observation", f"{text}&patient=" + key(patients[0]), mode)
    assert unread(plan) == []
    assert [one for one in wanted if one not in plan] == []


def key(patient):
    return logical_id(patient, patient)


@pytest.mark.parametrize("text", ["_count=15", "_content=a&_count=15"])
def test_the_newest_of_several_entries_are_read_in_order(patients, text):
    """Each entry's index stops at the limit, however long the record is."""
    plan = plan_of(patients[:3], "Observation", text, "force_custom_plan")
    assert plan.count("Index Scan using resource_type_date on resource") == 3
    assert unread(plan) == []


def test_a_patient_named_is_the_only_one_looked_at(patients):
    text = f"subject=Patient/{key(patients[1])}&_count=15"
    asked = MARKER.read("Observation", text)
    made = pages.page(Reach.of(grant_of(*patients)), asked.query, None)
    assert {one for one in made.values if one in patients} == {patients[1]}
    assert "index_reference" not in made.text


def test_a_page_is_one_statement(patients):
    text = "code=c4&_include=Observation:encounter&_include:iterate=Encounter:*&_total=accurate"
    made = pages.page(Reach.of(grant_of(*patients)), MARKER.read("Observation", text).query, None)
    assert ";" not in made.text
    assert made.text.startswith("WITH page AS")
